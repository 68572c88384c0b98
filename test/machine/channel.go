package machine

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
	"time"
)

// channel speaks to the QEMU guest agent in the machine, by a serial port of which QEMU makes a socket. No firewall in the machine gets in its way.
type channel struct {
	socket string

	mu         sync.Mutex
	connection net.Conn
	reader     *bufio.Reader
}

type reply struct {
	Return json.RawMessage `json:"return"`
	Error  *struct {
		Description string `json:"desc"`
	} `json:"error"`
}

// call has the agent run one of its commands, and puts the answer into result unless that is nil.
func (c *channel) call(ctx context.Context, command string, arguments map[string]any, result any) error {
	c.mu.Lock()
	defer c.mu.Unlock()

	if c.connection == nil {
		if err := c.connect(ctx); err != nil {
			return err
		}
	}

	answer, err := c.ask(ctx, command, arguments)
	if err != nil {
		c.drop()

		return fmt.Errorf("%s: %w", command, err)
	}

	if result == nil {
		return nil
	}

	return json.Unmarshal(answer, result)
}

// connect waits until the agent answers, which a machine that starts does late.
func (c *channel) connect(ctx context.Context) error {
	const (
		pause    = 200 * time.Millisecond
		patience = 3 * time.Second
	)

	for {
		err := c.connectOnce(ctx, patience)
		if err == nil {
			return nil
		}

		c.drop()

		select {
		case <-ctx.Done():
			return fmt.Errorf("the machine does not answer: %w", errors.Join(context.Cause(ctx), err))
		case <-time.After(pause):
		}
	}
}

func (c *channel) connectOnce(ctx context.Context, patience time.Duration) error {
	connection, err := (&net.Dialer{}).DialContext(ctx, "unix", c.socket)
	if err != nil {
		return err
	}

	c.connection, c.reader = connection, bufio.NewReader(connection)

	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()

	// What the agent was asked before a connection was cut may be answered only now: everything up to the number that is asked for is old.
	number := rand.Int64N(1 << 30) //nolint:gosec,mnd // It need not be a secret, nor large.

	answer, err := c.ask(ctx, "guest-sync", map[string]any{"id": number})
	for err == nil && string(answer) != strconv.FormatInt(number, 10) {
		answer, err = c.read(ctx)
	}

	return err
}

func (c *channel) ask(ctx context.Context, command string, arguments map[string]any) (json.RawMessage, error) {
	request, err := json.Marshal(map[string]any{"execute": command, "arguments": arguments})
	if err != nil {
		return nil, fmt.Errorf("encode a request: %w", err)
	}

	if _, err := c.connection.Write(append(request, '\n')); err != nil {
		return nil, err
	}

	return c.read(ctx)
}

func (c *channel) read(ctx context.Context) (json.RawMessage, error) {
	deadline, _ := ctx.Deadline() // The zero time is none.
	if err := c.connection.SetReadDeadline(deadline); err != nil {
		return nil, err
	}

	line, err := c.reader.ReadBytes('\n')
	if err != nil {
		return nil, err
	}

	var answer reply
	if err := json.Unmarshal(line, &answer); err != nil {
		return nil, fmt.Errorf("read the answer %q: %w", line, err)
	}

	if answer.Error != nil {
		return nil, errors.New(answer.Error.Description)
	}

	return answer.Return, nil
}

// forget makes the next call connect anew, since the machine starts again.
func (c *channel) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()

	c.drop()
}

func (c *channel) drop() {
	if c.connection != nil {
		_ = c.connection.Close()
	}

	c.connection, c.reader = nil, nil
}
