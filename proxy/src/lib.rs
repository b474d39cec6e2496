//! The Network Web Sockets proxy as a library.
