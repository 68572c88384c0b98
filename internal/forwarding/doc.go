// Package forwarding lets packets through the machine's iptables. Docker and ufw set the policy of iptables' FORWARD chain to DROP, which no accept of
// another nftables table can undo. What may go where is up to those who call, by tables of their own.
package forwarding
