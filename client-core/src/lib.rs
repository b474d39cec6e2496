//! What a client of Network Web Sockets decides, without input and output.
