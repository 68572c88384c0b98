package activities

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestInternalAddress_OfAStrangersRegistryThatTheFenceRefuses_AndNoOther(t *testing.T) {
	t.Parallel()

	builder := &Builder{registry: &Registry{}}
	builder.registry.config.RegistryHost = "registry.internal:5000"

	for _, test := range []struct {
		image, dial string
		refused     bool
	}{
		{"10.0.0.5:5000/app:1", "dial tcp 10.0.0.5:5000: connect: no route to host", true},
		{"registry.example.com/app", "dial tcp 192.168.7.7:443: connect: no route to host", true},
		{"localhost:5000/app", "dial tcp 127.0.0.1:5000: connect: connection refused", true},
		{"registry.example.com/app", "dial tcp 192.168.7.7:443: connect: connection refused", false}, // It is allowed, and away.
		{"registry.example.com/app", "dial tcp 203.0.113.7:443: connect: no route to host", false},
		{"registry.example.com/app", "dial tcp: i/o timeout", false},
		{"registry.internal:5000/app", "dial tcp 10.0.0.5:5000: connect: no route to host", false},
		{"node:24", "dial tcp 127.0.0.1:5000: connect: connection refused", false}, // The mirror is away.
	} {
		_, refused := builder.internalAddress("failed to do request: Head: "+test.dial, test.image)
		require.Equal(t, test.refused, refused, test.image+" "+test.dial)
	}
}
