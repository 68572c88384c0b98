package tailscaled

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/samber/lo"
)

// DefaultSocket is where tailscaled listens when it is not told otherwise.
const DefaultSocket = Socket("/run/tailscale/tailscaled.sock")

// Socket is the path of tailscaled's socket. Only root may change anything by it.
type Socket string

// The values of Status.State.
const (
	Running          = "Running"
	NeedsLogin       = "NeedsLogin"
	NeedsMachineAuth = "NeedsMachineAuth"
	Stopped          = "Stopped"
)

// Status is how the machine stands in its tailnet.
type Status struct {
	State     string       `json:"BackendState"`
	Addresses []netip.Addr `json:"TailscaleIPs"`
	Self      struct {
		// Prefixes are the machine's addresses, and those that it advertises and the tailnet has approved.
		Prefixes []netip.Prefix `json:"AllowedIPs"`
	} `json:"Self"`
}

// Preferences are what the machine was told to do.
type Preferences struct {
	AcceptsRoutes bool           `json:"RouteAll"`
	Advertised    []netip.Prefix `json:"AdvertiseRoutes"`
	// KeepsSources is whether what comes through advertised routes keeps its source address, where tailscaled would else put the machine's own.
	KeepsSources bool `json:"NoSNAT"`
}

// Status asks for the state, which takes a millisecond. It fails where tailscaled does not run.
func (s Socket) Status(ctx context.Context) (Status, error) {
	var status Status

	return status, s.do(ctx, http.MethodGet, "status?peers=false", nil, &status)
}

// Preferences asks for the preferences.
func (s Socket) Preferences(ctx context.Context) (Preferences, error) {
	var preferences Preferences

	return preferences, s.do(ctx, http.MethodGet, "prefs", nil, &preferences)
}

// Advertise has the machine advertise the prefix, and nothing else of the range that it is a part of. Other routes stay as they are. Packets that come through
// them keep their source addresses: who filters them by these would else see the machine's own.
func (s Socket) Advertise(ctx context.Context, prefix, within netip.Prefix) error {
	before, err := s.Preferences(ctx)
	if err != nil {
		return err
	}

	wanted := append(lo.Reject(before.Advertised, func(other netip.Prefix, _ int) bool { return other.Overlaps(within) }), prefix)
	if missing, extra := lo.Difference(wanted, before.Advertised); len(missing)+len(extra) == 0 && before.KeepsSources {
		return nil
	}

	return s.do(ctx, http.MethodPatch, "prefs", map[string]any{
		"AdvertiseRoutes": wanted, "AdvertiseRoutesSet": true, "NoSNAT": true, "NoSNATSet": true,
	}, nil)
}

// Withdraw has the machine advertise nothing of the range any more. Other routes stay as they are.
func (s Socket) Withdraw(ctx context.Context, within netip.Prefix) error {
	before, err := s.Preferences(ctx)
	if err != nil {
		return err
	}

	kept := lo.Reject(before.Advertised, func(other netip.Prefix, _ int) bool { return other.Overlaps(within) })
	if len(kept) == len(before.Advertised) {
		return nil
	}

	return s.do(ctx, http.MethodPatch, "prefs", map[string]any{"AdvertiseRoutes": kept, "AdvertiseRoutesSet": true}, nil)
}

// Has tells whether the tailnet routes the prefix to this machine.
func (s Status) Has(prefix netip.Prefix) bool { return slices.Contains(s.Self.Prefixes, prefix) }

// do asks tailscaled. What it refuses is an error with its words.
func (s Socket) do(ctx context.Context, method, path string, body, answer any) error {
	const patience = 5 * time.Second

	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()

	var sent io.Reader

	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("ask tailscaled: %w", err)
		}

		sent = bytes.NewReader(encoded)
	}

	// tailscaled answers to this host alone, so that no page in a browser can ask it.
	request, err := http.NewRequestWithContext(ctx, method, "http://local-tailscaled.sock/localapi/v0/"+path, sent)
	if err != nil {
		return fmt.Errorf("ask tailscaled: %w", err)
	}

	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", string(s))
	}

	response, err := (&http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}).Do(request)
	if err != nil {
		return fmt.Errorf("ask tailscaled: %w", err)
	}

	defer func() { _ = response.Body.Close() }()

	if response.StatusCode != http.StatusOK {
		const enough = 1000

		said, _ := io.ReadAll(io.LimitReader(response.Body, enough))

		return fmt.Errorf("tailscaled refuses: %s: %s", response.Status, strings.TrimSpace(string(said)))
	}

	if answer == nil {
		return nil
	}

	if err := json.NewDecoder(response.Body).Decode(answer); err != nil {
		return fmt.Errorf("read what tailscaled answers: %w", err)
	}

	return nil
}
