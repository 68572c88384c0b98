// Package machine runs a whole Debian in an emulator, for tests of what no namespace can show: systemd, reboots, a power cut, a full disk, other programs'
// firewalls. Its disk is made from Debian's packages alone. Its only network is a link to a namespace that the test holds.
package machine
