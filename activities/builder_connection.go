package activities

import (
	"context"
	"fmt"
	"net"
	"strings"
	"syscall"
	"time"

	"github.com/moby/buildkit/client"
	"golang.org/x/sys/unix"
)

// lostAfter is how long a builder on another machine may send nothing, not even that it received something, before the connection counts as lost. Without
// a bound a build whose builder lost its power would be waited for until its time is over, and then be blamed on its source.
const lostAfter = 30 * time.Second

// connectTo makes a connection to a builder. Nothing is sent yet.
func (b *Builder) connectTo(ctx context.Context, address string) (*client.Client, error) {
	var options []client.ClientOpt

	if host, isTCP := strings.CutPrefix(address, "tcp://"); isTCP {
		options = append(options, client.WithContextDialer(dialBuilder))

		if b.config.TLSCA != "" {
			name, _, err := net.SplitHostPort(host)
			if err != nil {
				return nil, fmt.Errorf("use the builder at %s: %w", address, err)
			}

			options = append(options, client.WithServerConfig(name, b.config.TLSCA), client.WithCredentials(b.config.TLSCertificate, b.config.TLSKey))
		}
	}

	buildkit, err := client.New(ctx, address, options...)
	if err != nil {
		return nil, fmt.Errorf("use the builder at %s: %w", address, err)
	}

	return buildkit, nil
}

// dialBuilder connects by TCP. The kernel ends the connection when the other end is lost, whether it waits for an answer or for what was sent to arrive.
func dialBuilder(ctx context.Context, address string) (net.Conn, error) {
	const probes = 3

	dialer := net.Dialer{
		Timeout:         answerWithin,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: lostAfter / (probes + 1), Interval: lostAfter / (probes + 1), Count: probes},
		Control: func(_, _ string, connection syscall.RawConn) error {
			var err error

			controlErr := connection.Control(func(descriptor uintptr) {
				err = unix.SetsockoptInt(int(descriptor), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(lostAfter.Milliseconds()))
			})
			if controlErr != nil {
				return controlErr
			}

			return err
		},
	}

	return dialer.DialContext(ctx, "tcp", address)
}
