package service

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/internal/joining"
	"github.com/zeitwork/zeitwork/nodeagent"
)

// admission is how a machine gets the token of its node. It begins with a question that changes nothing, and ends once the machine is known to serve.
type admission struct {
	settings map[string]string
	config   nodeagent.Config
	key      machineKey
	// oneTime is the one-time token; empty: the machine has a token, which bind says is to be replaced by one that is bound to the key.
	oneTime string
	bind    bool
}

// begin asks the API whether it takes the token.
func begin(ctx context.Context, options Options) (*admission, error) {
	j := &admission{settings: maps.Clone(options.Settings), oneTime: options.OneTimeToken}

	var err error
	if j.key, err = currentKey(j.settings, j.oneTime != ""); err != nil {
		return nil, err
	}

	j.bind = options.NewToken || options.NewKey || j.settings[keySetting] == ""

	if j.key.private == nil || options.NewKey {
		if j.key, err = nextKey(j.settings[keySetting]); err != nil {
			return nil, err
		}
	}

	if j.oneTime == "" {
		_, err := j.contact(ctx, options)

		return j, err
	}

	return j, j.offer(ctx, options)
}

// contact asks the API with the token of the settings, and returns which node that is.
func (j *admission) contact(ctx context.Context, options Options) (uuid.UUID, error) {
	var err error
	if j.config, err = options.Configure(j.settings); err != nil {
		return uuid.Nil, err
	}

	assignments, err := nodeagent.Contact(ctx, j.config)

	return assignments.NodeID, err
}

// offer asks the API what the one-time token is for. A machine that is a node goes on with the token that it has where the API takes the one-time token no
// longer: it is a command that was run twice.
func (j *admission) offer(ctx context.Context, options Options) error {
	if j.settings[apiSetting] == "" {
		return errors.New("name the API: ZEITWORK_API_URL=https://…")
	}

	own := uuid.Nil

	if j.settings[tokenSetting] != "" {
		// A token that is not taken any more is one that this command replaces.
		own, _ = j.contact(ctx, options)
	}

	offered, err := nodeagent.Exchange(ctx, j.settings[apiSetting], j.oneTime, j.key.private, true)

	switch {
	case errors.Is(err, joining.ErrRefused) && own != uuid.Nil:
		options.Say("this machine is a node, and goes on with the token that it has (" + err.Error() + ")")

		j.oneTime = ""

		return nil
	case err != nil:
		return err
	case own != uuid.Nil && own != offered.NodeID:
		return fmt.Errorf("this machine is another node already: `zeitwork node leave` takes that off it, and then it can become %s", offered.Name)
	}

	options.Say("this machine becomes the node " + offered.Name)

	if j.settings[registrySetting] == "" {
		j.settings[registrySetting] = offered.RegistryHost
	}

	if j.settings[tokenSetting] == "" {
		j.settings[tokenSetting] = j.oneTime // It stands in for the token, which comes in the end.
	}

	j.config, err = options.Configure(j.settings)

	return err
}

// obtainToken gets a token that is bound to the key, and puts both into the settings. The key is on the disk before the API hears of it: where the answer is
// lost, the same key asks again.
func (j *admission) obtainToken(ctx context.Context, options Options) error {
	if j.oneTime == "" && !j.bind {
		return nil
	}

	options.Say("binding the node's token to a key of this machine")

	if err := j.key.keep(); err != nil {
		return err
	}

	if j.oneTime != "" {
		joined, err := nodeagent.Exchange(ctx, j.settings[apiSetting], j.oneTime, j.key.private, false)
		if err != nil {
			return err
		}

		if joined.Token == nil {
			return errors.New("the API answered without a token")
		}

		j.settings[tokenSetting], j.settings[keySetting] = *joined.Token, j.key.file

		return nil
	}

	token, err := nodeagent.Bind(ctx, j.config, j.key.private)
	if errors.Is(err, nodeagent.ErrNoBinding) {
		options.Say("the API is of a version before and cannot bind the token to this machine: join again once it is upgraded")

		return nil
	}

	if err != nil {
		return err
	}

	j.settings[tokenSetting], j.settings[keySetting] = token, j.key.file

	return nil
}
