package main

import (
	"context"
	"fmt"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/uuid"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/internal/registryauth"
	"github.com/zeitwork/zeitwork/internal/secret"
)

// images is the registry as the platform fills it.
type images struct {
	host string
	key  secret.Key
}

// judge reports images that run or may be rolled back to and are missing, and tags of no deployment.
func (i images) judge(ctx context.Context, p *project, r rows) ([]finding, error) {
	path := "projects/" + p.id.String()

	repository, err := name.NewRepository(i.host+"/"+path, name.Insecure)
	if err != nil {
		return nil, fmt.Errorf("name the images of %s: %w", p.sample.name, err)
	}

	grant, err := registryauth.NewGrant(i.key, registryauth.Repository(path, registryauth.Pull), time.Now(), time.Hour)
	if err != nil {
		return nil, err
	}

	options := []remote.Option{
		remote.WithContext(ctx), remote.WithAuth(&authn.Basic{Username: registryauth.GrantUser, Password: grant}),
	}

	tags, err := remote.List(repository, options...)
	if err != nil {
		return nil, fmt.Errorf("list the images of %s: %w", p.sample.name, err)
	}

	var found []finding

	deployments := lo.KeyBy(r.of(p), func(d deploymentRow) string { return d.ID.String() })

	for _, tag := range tags {
		if _, ok := deployments[tag]; !ok {
			found = append(found, orphan("tag %s of %s in the registry", tag, p.sample.name))
		}
	}

	needed := r.needed()

	for _, d := range deployments {
		if !runs(needed, d.ID) || d.Collected {
			continue
		}

		if _, err := remote.Head(repository.Digest(d.ImageDigest), options...); err != nil {
			found = append(found, lost("image %s of deployment %s of %s is not in the registry: %v", d.ImageDigest, d.ID, p.sample.name, err))
		}
	}

	return found, nil
}

func runs(needed map[uuid.UUID]deploymentRow, id uuid.UUID) bool {
	_, ok := needed[id]

	return ok
}
