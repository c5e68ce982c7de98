"""What the forecasts of all lines of business work with."""
