"""Tests: truth, laws, engines, interfaces, and the rooms of the package one by one."""
