"""How fast is it? `make bench` prints a table and writes var/bench.json."""
