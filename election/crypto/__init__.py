"""The mathematics of the election: values in, values out, no input or output."""
