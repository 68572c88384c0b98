// Package tailscaled asks the tailscaled of this machine how it stands in its tailnet, and has it advertise routes. It speaks to the daemon's socket, as the
// command tailscale does.
package tailscaled
