package edge

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/zeitwork/zeitwork/test/rig"
)

// load is what a program that makes load says of it.
type load struct {
	requests, bytes, seconds float64
}

// million is how many bytes a megabyte has, and microseconds a second.
const million = 1e6

func seconds(d time.Duration) string { return strconv.Itoa(max(int(d.Seconds()), 1)) }

// summary is what the script below prints, since wrk rounds in its own report.
const summary = `done = function(s, latency, requests)
  io.write(string.format("summary %d %d %d %d\n", s.requests, s.bytes, s.duration,
    s.errors.connect + s.errors.read + s.errors.write + s.errors.status + s.errors.timeout))
end
`

// wrk has so many connections ask for an address without a pause.
func wrk(ctx context.Context, address string, connections int, duration time.Duration, headers ...string) (load, error) {
	script, err := os.CreateTemp("", "wrk-*.lua")
	if err != nil {
		return load{}, err
	}
	defer func() { _ = os.Remove(script.Name()) }()

	if _, err := script.WriteString(summary); err != nil {
		return load{}, err
	}

	arguments := []string{"-t1", "-c" + strconv.Itoa(connections), "-d" + seconds(duration), "-s", script.Name(), "-H", "Host: " + hostname}
	for _, header := range headers {
		arguments = append(arguments, "-H", header)
	}

	output, err := bounded(ctx, "wrk", append(arguments, address)...)
	if err != nil {
		return load{}, err
	}

	var (
		l                    load
		microseconds, failed float64
	)

	_, line, _ := strings.Cut(output, "summary ")
	if _, err := fmt.Sscan(line, &l.requests, &l.bytes, &microseconds, &failed); err != nil {
		return load{}, fmt.Errorf("read what wrk says (%s): %w", output, err)
	}

	// What was under way at the end counts as neither. A few connections are refused while a thousand come at once.
	if failed > l.requests/100 {
		return load{}, fmt.Errorf("%.0f requests failed and %.0f were answered", failed, l.requests)
	}

	l.seconds = microseconds / million

	return l, nil
}

// bounded runs a program for two minutes at most.
func bounded(ctx context.Context, program string, arguments ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute) //nolint:mnd // As above.
	defer cancel()

	return rig.Run(exec.CommandContext(ctx, program, arguments...))
}

var (
	h2loadFinished = regexp.MustCompile(`finished in ([0-9.]+)(m?s)`)
	h2loadRequests = regexp.MustCompile(`requests: \d+ total, \d+ started, \d+ done, (\d+) succeeded, (\d+) failed`)
)

// h2load does the same by HTTP/2, or sends bodies. The URL names the app, and the address is the proxy's.
func h2load(ctx context.Context, url, address string, connections int, arguments ...string) (load, error) {
	arguments = append([]string{"-t1", "-c", strconv.Itoa(connections), "--connect-to", address}, arguments...)

	output, err := bounded(ctx, "h2load", append(arguments, url)...)
	if err != nil {
		return load{}, err
	}

	finished, requests := h2loadFinished.FindStringSubmatch(output), h2loadRequests.FindStringSubmatch(output)
	if finished == nil || requests == nil {
		return load{}, fmt.Errorf("h2load says: %s", output)
	}

	var l load

	l.seconds, _ = strconv.ParseFloat(finished[1], 64)
	if finished[2] == "ms" {
		l.seconds /= 1000
	}

	l.requests, _ = strconv.ParseFloat(requests[1], 64)

	if failed, _ := strconv.ParseFloat(requests[2], 64); failed > l.requests/100 {
		return load{}, fmt.Errorf("%.0f requests failed and %.0f were answered", failed, l.requests)
	}

	return l, nil
}

// paced sends so many requests a second, over 64 connections, and returns how long each one took.
func paced(ctx context.Context, s *stage, address string, rate float64, duration time.Duration) ([]time.Duration, error) {
	file := filepath.Join(string(s.home), "paced.log")
	_ = os.Remove(file) // h2load adds to what is there.

	each := strconv.Itoa(max(int(rate/few), 1))
	if _, err := h2load(ctx, "http://"+hostname+"/", address, few, "--h1", "--rps", each, "-D", seconds(duration), "--log-file", file); err != nil {
		return nil, err
	}

	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}

	var took []time.Duration

	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) < 3 { //nolint:mnd // When, which status, and how many microseconds.
			continue
		}

		microseconds, err := strconv.Atoi(fields[2])
		if err != nil {
			return nil, fmt.Errorf("read h2load's log: %w", err)
		}

		took = append(took, time.Duration(microseconds)*time.Microsecond)
	}

	return took, nil
}
