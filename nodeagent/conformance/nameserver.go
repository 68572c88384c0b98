package conformance

import (
	"context"
	"net"
	"net/netip"

	"github.com/miekg/dns"

	"github.com/zeitwork/zeitwork/internal/netnamespace"
)

const domainPort = 53

// serveNames answers every query in a network namespace, with the answer that there is no such name, until the returned function is called.
func serveNames(ctx context.Context, namespace string, at netip.Addr) (func(), error) {
	var packets net.PacketConn

	err := netnamespace.Do(namespace, func() (err error) {
		packets, err = new(net.ListenConfig).ListenPacket(ctx, "udp", netip.AddrPortFrom(at, domainPort).String())

		return err
	})
	if err != nil {
		return nil, err
	}

	server := &dns.Server{PacketConn: packets, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, question *dns.Msg) {
		_ = w.WriteMsg(new(dns.Msg).SetRcode(question, dns.RcodeNameError)) // Who lost the answer asks again.
	})}

	go func() { _ = server.ActivateAndServe() }() // Closing the socket ends it.

	return func() { _ = packets.Close() }, nil
}
