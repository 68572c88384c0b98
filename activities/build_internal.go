package activities

import (
	"net/netip"
	"regexp"
	"slices"

	"github.com/google/go-containerregistry/pkg/name"

	"github.com/zeitwork/zeitwork/internal/iprange"
)

// refusedDial finds the address to which buildkitd could not connect. The fence around it answers by ICMP, which becomes the words "no route to host". On the
// loopback interface, where no fence is, nothing listens.
var refusedDial = regexp.MustCompile(`dial tcp (\d+\.\d+\.\d+\.\d+):\d+: connect: (no route to host|connection refused)`)

// internalAddress returns the internal address to which the registry of an image leads, and which the fence around builds has refused. Of the platform's own
// registry, and of Docker Hub, which that may be a mirror of, there is none: it may be internal, and away.
func (b *Builder) internalAddress(text, image string) (address netip.Addr, refused bool) {
	match := refusedDial.FindStringSubmatch(text)

	reference, err := name.ParseReference(image)
	if err != nil || match == nil || slices.Contains([]string{name.DefaultRegistry, b.registry.config.RegistryHost}, reference.Context().RegistryStr()) {
		return netip.Addr{}, false
	}

	address, err = netip.ParseAddr(match[1])
	if err != nil || !iprange.Contains(iprange.Internal(), address) {
		return netip.Addr{}, false
	}

	return address, match[2] == "no route to host" || address.IsLoopback()
}
