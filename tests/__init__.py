"""The proof that Vierogen does what it says; mirrors vierogen/ and brings the servers to test against."""
