// Package install serves what makes a machine a node or an edge: a script, and the program zeitwork that the script fetches. Neither holds a secret.
package install
