"""What is true at a medical portal: pure values and rules, without I/O, clock, randomness or framework."""
