"""Mail that comes back: which mail of ours was it, and why?"""
