// Package gitssh reads git repositories over SSH, with a key that reads one repository and host keys that are known.
package gitssh
