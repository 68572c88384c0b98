// Package install serves what makes a machine a node: a script, and the program zeitwork that the script fetches. Neither holds a secret.
package install
