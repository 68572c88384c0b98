package edge

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
	"golang.org/x/sync/errgroup"
)

// messages sends short messages over 64 WebSockets, the next one when the last came back.
func messages(ctx context.Context, _ *stage, p *proxy, o Options) (result, error) {
	const size = 100

	ctx, cancel := context.WithTimeout(ctx, o.Duration+10*time.Second)
	defer cancel()

	var (
		count atomic.Int64
		group errgroup.Group
		ready sync.WaitGroup
		end   atomic.Int64
	)

	ready.Add(few)

	for range few {
		group.Go(func() error {
			connection, response, err := websocket.Dial(ctx, "ws://"+p.http+"/echo", &websocket.DialOptions{Host: readerName})
			if response != nil && response.Body != nil {
				_ = response.Body.Close()
			}

			ready.Done()

			if err != nil {
				return fmt.Errorf("open a WebSocket: %w", err)
			}
			defer func() { _ = connection.CloseNow() }()

			ready.Wait()
			end.CompareAndSwap(0, time.Now().Add(o.Duration).UnixNano())

			for message := make([]byte, size); time.Now().UnixNano() < end.Load(); count.Add(1) {
				if err := connection.Write(ctx, websocket.MessageBinary, message); err != nil {
					return err
				}

				if _, _, err := connection.Read(ctx); err != nil {
					return err
				}
			}

			return nil
		})
	}

	err := group.Wait()

	return result{value: float64(count.Load()) / o.Duration.Seconds()}, err
}

// idle opens connections, has each ask once, and tells what the proxy holds of memory more for each of them.
func idle(overTLS bool) func(context.Context, *stage, *proxy, Options) (result, error) {
	return func(ctx context.Context, _ *stage, p *proxy, o Options) (result, error) {
		return held(ctx, p, o.Connections, overTLS)
	}
}

func held(ctx context.Context, p *proxy, connections int, overTLS bool) (result, error) {
	before := memoryOf(p)
	open := make([]net.Conn, 0, connections)

	defer func() {
		for _, one := range open {
			_ = one.Close()
		}
	}()

	address := p.http
	if overTLS {
		address = p.https
	}

	for range connections {
		one, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, "tcp", address) //nolint:mnd // A machine that has much to do.
		if err != nil {
			return result{}, err
		}

		if overTLS {
			one = tls.Client(one, &tls.Config{ServerName: hostname, InsecureSkipVerify: true}) //nolint:gosec // It is the benchmark's own.
		}

		open = append(open, one)
		if err := askOnce(one); err != nil {
			return result{}, err
		}
	}

	return result{value: float64(memoryOf(p)-before) / float64(connections)}, nil
}

func askOnce(connection net.Conn) error {
	if _, err := connection.Write([]byte("GET / HTTP/1.1\r\nHost: " + hostname + "\r\n\r\n")); err != nil {
		return err
	}

	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		return err
	}

	if response.StatusCode != http.StatusOK {
		return errors.Join(errors.New(response.Status), response.Body.Close())
	}

	return response.Body.Close()
}
