// Package relay passes connections on: what arrives at one address, also in another network namespace, is copied to another address.
package relay
