package service

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"

	"github.com/zeitwork/zeitwork/edgeproxy"
	"github.com/zeitwork/zeitwork/internal/joining"
)

// The settings that joining sets itself.
const (
	apiSetting       = "ZEITWORK_API_URL"
	tokenSetting     = "ZEITWORK_EDGE_TOKEN" //nolint:gosec // It is the name of one.
	regionSetting    = "ZEITWORK_EDGE_REGION"
	listenSetting    = "ZEITWORK_EDGE_LISTEN"
	tlsListenSetting = "ZEITWORK_EDGE_TLS_LISTEN"
)

// admission is how a machine gets the token of its edge. It begins with a question that changes nothing, and ends once the machine is known to serve.
type admission struct {
	settings map[string]string
	config   edgeproxy.Config
	key      edgeproxy.Key
	// oneTime is the one-time token; empty: the machine has a token.
	oneTime string
}

// begin asks the API whether it takes the token.
func begin(ctx context.Context, options Options) (*admission, error) {
	j := &admission{settings: maps.Clone(options.Settings), oneTime: options.OneTimeToken}

	if j.settings[apiSetting] == "" {
		return nil, errors.New("name the API: ZEITWORK_API_URL=https://…")
	}

	hasToken := j.settings[tokenSetting] != ""
	if !hasToken {
		j.settings[tokenSetting] = j.oneTime // It stands in for the token, which comes in the end.
	}

	// A machine that is an edge already keeps what it has, also where that is to listen elsewhere.
	if !hasToken || options.NewToken {
		j.preset(listenSetting, ":80")
		j.preset(tlsListenSetting, ":443")
	}

	var err error
	if j.config, err = options.Configure(j.settings); err != nil {
		return nil, err
	}

	if j.key, err = edgeproxy.FindKey(j.config.DataDir); err != nil {
		return nil, err
	}

	if j.oneTime == "" {
		return j, j.bind(ctx)
	}

	return j, j.offer(ctx, options, hasToken)
}

// preset sets what was not set.
func (j *admission) preset(name, value string) {
	if j.settings[name] == "" {
		j.settings[name] = value
	}
}

// offer asks the API what the one-time token is for. A machine that is an edge goes on with the token that it has where the API takes the one-time token no
// longer: it is a command that was run twice.
func (j *admission) offer(ctx context.Context, options Options, hasToken bool) error {
	offered, err := edgeproxy.Exchange(ctx, j.settings[apiSetting], j.oneTime, j.key.Private, true)

	switch {
	case errors.Is(err, joining.ErrRefused) && hasToken && j.bind(ctx) == nil:
		options.Say("this machine is an edge, and goes on with the token that it has (" + err.Error() + ")")

		j.oneTime = ""

		return nil
	case err != nil:
		return err
	}

	options.Say("this machine becomes the edge " + offered.Name)
	j.preset(regionSetting, offered.Region)
	j.config, err = options.Configure(j.settings)

	return err
}

// bind asks the API with the token of the settings, which is of use with the key alone from then on. So the key is on the disk before; a new one goes again
// where the API does not take the token.
func (j *admission) bind(ctx context.Context) error {
	if err := j.keepKey(); err != nil {
		return err
	}

	err := edgeproxy.Bind(ctx, j.settings[apiSetting], j.settings[tokenSetting], j.key.Private)
	if errors.Is(err, joining.ErrRefused) {
		err = fmt.Errorf("%w `zeitwork edges join NAME` prints a command that joins with another token", err)

		return errors.Join(err, j.key.Forget(), removeData(j.config.DataDir, false))
	}

	return err
}

// obtainToken exchanges the one-time token for the edge's. The key is on the disk before the API hears of it: where the answer is lost, the same key asks
// again.
func (j *admission) obtainToken(ctx context.Context, options Options) error {
	if j.oneTime == "" {
		return nil
	}

	options.Say("binding the edge's token to a key of this machine")

	if err := j.keepKey(); err != nil {
		return err
	}

	joined, err := edgeproxy.Exchange(ctx, j.settings[apiSetting], j.oneTime, j.key.Private, false)
	if err != nil {
		return err
	}

	if joined.Token == nil {
		return errors.New("the API answered without a token")
	}

	j.settings[tokenSetting] = *joined.Token

	return nil
}

// keepKey writes the key where the service looks for it. systemd gives a folder that root makes to the service's user, who has to get through the one above.
func (j *admission) keepKey() error {
	const passable, own = 0o755, 0o700

	above := filepath.Dir(j.config.DataDir)

	err := os.MkdirAll(above, passable)
	if err == nil && filepath.Base(above) == "zeitwork" {
		err = os.Chmod(above, passable) // A node has made it for root alone; what is the node's has a folder of its own in it.
	}

	if err == nil {
		err = os.MkdirAll(j.config.DataDir, own)
	}

	if err != nil {
		return fmt.Errorf("make the edge's data directory: %w", err)
	}

	return j.key.Keep()
}
