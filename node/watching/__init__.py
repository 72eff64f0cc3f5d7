"""Tell people, programs and supervisors how the node is doing."""
