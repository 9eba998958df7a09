"""What `eagerc run` and `eagerc register` start in the interpreter of the user's environment."""
