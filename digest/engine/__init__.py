"""What runs jobs, and when: local threads and the two clocks of a newsletter."""
