// Package systemservice makes the program that runs a service of this machine's systemd, and takes it off again. Both may be done twice, and go on where an
// attempt before was cut off.
package systemservice
