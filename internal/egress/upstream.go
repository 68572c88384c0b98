package egress

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// connectThrough asks an HTTP proxy for a tunnel to the address.
func connectThrough(ctx context.Context, proxy *url.URL, address string) (_ net.Conn, err error) {
	port := proxy.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[proxy.Scheme]
	}

	host := net.JoinHostPort(proxy.Hostname(), port)

	connection, err := (&net.Dialer{Timeout: dialTimeout}).DialContext(ctx, "tcp", host)
	if err != nil {
		return nil, fmt.Errorf("connect to the proxy: %w", err)
	}

	defer func() {
		if err != nil {
			err = errors.Join(err, connection.Close())
		}
	}()

	if err := connection.SetDeadline(time.Now().Add(dialTimeout)); err != nil {
		return nil, err
	}

	if proxy.Scheme == "https" {
		connection = tls.Client(connection, &tls.Config{ServerName: proxy.Hostname(), MinVersion: tls.VersionTLS12})
	}

	request := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: address}, Host: address, Header: http.Header{}}

	if user := proxy.User; user != nil {
		password, _ := user.Password()
		request.Header.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user.Username()+":"+password)))
	}

	if err := request.WithContext(ctx).Write(connection); err != nil {
		return nil, fmt.Errorf("ask the proxy for a tunnel: %w", err)
	}

	reader := bufio.NewReader(connection)

	response, err := http.ReadResponse(reader, request)
	if err != nil {
		return nil, fmt.Errorf("read the proxy's answer: %w", err)
	}
	defer func() { _ = response.Body.Close() }()

	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the proxy answers a request for a tunnel with %s", response.Status)
	}

	if err := connection.SetDeadline(time.Time{}); err != nil {
		return nil, err
	}

	return &bufferedConn{Conn: connection, reader: reader}, nil
}

// bufferedConn reads first what was read ahead.
type bufferedConn struct {
	net.Conn

	reader io.Reader
}

func (c *bufferedConn) Read(data []byte) (int, error) { return c.reader.Read(data) }
