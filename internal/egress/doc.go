// Package egress connects to the servers that users name: to those of the public internet, and to nothing internal. Addresses are checked when a
// connection is made, after names were resolved, so that neither a name nor a redirect leads inside.
package egress
