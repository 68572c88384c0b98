package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/registryauth"
)

const (
	// projectRepositories is the prefix of the repositories with projects' images.
	projectRepositories = "projects/"
	// mirrorRepositories is the prefix of the repositories with base images, which everybody may pull.
	mirrorRepositories = "docker.io/"
)

// projectRepository returns the name of the repository with a project's images.
func projectRepository(project uuid.UUID) string { return projectRepositories + project.String() }

// registryHolder returns which part of the requested access the holder of a name and password has, beside pulling base images.
type registryHolder func(ctx context.Context, requested registryauth.Access) (registryauth.Access, error)

// registryHolder returns the holder of the name and password of a request with that body, nil for neither, or an unauthorized problem.
func (s *service) registryHolder(request *http.Request, body []byte, user, password string) (registryHolder, error) {
	ctx := request.Context()

	switch {
	case user == "" && password == "":
		return nil, nil //nolint:nilnil // Without a name, only base images can be pulled.
	case user == registryauth.GrantUser:
		grant, err := registryauth.VerifyGrant(s.config.Keys(), password, time.Now())
		if err != nil {
			return nil, problem.Wrap(err, problem.Unauthorized, "The grant is forged or over.")
		}

		return func(_ context.Context, requested registryauth.Access) (registryauth.Access, error) {
			return registryauth.Intersect(requested, grant), nil
		}, nil
	case user == registryauth.NodeUser:
		who, err := s.callerWith(ctx, password)
		if err == nil && who.kind != nodeKind {
			err = problem.New(problem.Unauthorized, "That is not the token of a node.")
		}

		if err == nil {
			err = who.requireSignature(request, func() ([]byte, error) { return body, nil })
		}

		return func(ctx context.Context, requested registryauth.Access) (registryauth.Access, error) {
			return s.nodeAccess(ctx, who.nodeID, requested)
		}, err
	default:
		return nil, problem.New(problem.Unauthorized, "The registry knows no such user.")
	}
}

// allowed returns the part of the requested access that the holder may have.
func (h registryHolder) allowed(ctx context.Context, requested registryauth.Access) (registryauth.Access, error) {
	granted := registryauth.Repository(requested.Name)

	if h != nil {
		var err error
		if granted, err = h(ctx, requested); err != nil {
			return granted, err
		}
	}

	if strings.HasPrefix(requested.Name, mirrorRepositories) && slices.Contains(requested.Actions, registryauth.Pull) &&
		!slices.Contains(granted.Actions, registryauth.Pull) {
		granted.Actions = append(granted.Actions, registryauth.Pull)
	}

	return granted, nil
}

// nodeAccess lets a node pull the images of the projects whose VMs are assigned to it.
func (s *service) nodeAccess(ctx context.Context, node uuid.UUID, requested registryauth.Access) (registryauth.Access, error) {
	nothing := registryauth.Repository(requested.Name)

	name, ok := strings.CutPrefix(requested.Name, projectRepositories)
	if !ok {
		return nothing, nil
	}

	project, err := uuid.Parse(name)
	if err != nil || project.String() != name {
		return nothing, nil //nolint:nilerr // There is no such repository.
	}

	runs, err := s.queries.NodeRunsProject(ctx, node, project)
	if err != nil || !runs {
		return nothing, err
	}

	return registryauth.Intersect(requested, registryauth.Repository(requested.Name, registryauth.Pull)), nil
}
