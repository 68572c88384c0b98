// Package dnscheck asks the DNS whether the records stand there that prove whose a hostname is.
package dnscheck
