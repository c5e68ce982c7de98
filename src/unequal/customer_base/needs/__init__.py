"""What customers need, apart from what they are worth: groups found in how they buy, return, ask and pay."""
