// Package service makes the edge proxy a systemd service of this machine, Debian or Ubuntu, and takes it off again. Both may be done twice, and go on where an
// attempt before was cut off.
package service
