package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/registryauth"
)

const (
	// projectRepositories begins the repositories of the projects' images.
	projectRepositories = "projects/"
	// mirrorRepositories begins the repositories of base images, which everybody may pull.
	mirrorRepositories = "docker.io/"

	maxTokenForm = 64 << 10
	maxScopes    = 20
)

// projectRepository is where the images of a project are in the registry.
func projectRepository(project uuid.UUID) string { return projectRepositories + project.String() }

// registryToken answers with a token for the registry: https://distribution.github.io/distribution/spec/auth/token/ for
// GET, https://distribution.github.io/distribution/spec/auth/oauth/ for POST. As these want it, whoever is known gets a
// token, with as much of the access as they may have.
func (s *service) registryToken(writer http.ResponseWriter, request *http.Request) {
	ctx := request.Context()
	boundForm(writer, request, maxTokenForm)

	ask, err := readTokenRequest(request)
	if err != nil {
		refuseToken(writer, http.StatusBadRequest, "invalid_request", err.Error())

		return
	}

	holder, err := s.registryHolder(ctx, ask.user, ask.password)
	if err != nil {
		noteError(ctx, err)
		writer.Header().Set("WWW-Authenticate", `Basic realm="`+registryauth.Service+`"`)

		status := statusOf(problem.CodeOf(err))
		refuseToken(writer, status, "invalid_grant", problem.MessageOf(err))

		return
	}

	access := make([]registryauth.Access, 0, len(ask.access))

	for _, requested := range ask.access {
		granted, err := holder.allowed(ctx, requested)
		if err != nil {
			noteError(ctx, err)
			refuseToken(writer, http.StatusInternalServerError, "server_error", problem.MessageOf(err))

			return
		}

		if len(granted.Actions) > 0 {
			access = append(access, granted)
		}
	}

	now := time.Now()

	token, err := s.signer.Token(ask.user, access, now)
	if err != nil {
		noteError(ctx, err)
		refuseToken(writer, http.StatusInternalServerError, "server_error", problem.MessageOf(err))

		return
	}

	writeJSON(writer, http.StatusOK, map[string]any{
		"token": token, "access_token": token, "expires_in": int(registryauth.TokenLifetime.Seconds()), "issued_at": now.UTC().Format(time.RFC3339),
	})
}

// tokenRequest is who asks for which access.
type tokenRequest struct {
	user, password string
	access         []registryauth.Access
}

func readTokenRequest(request *http.Request) (tokenRequest, error) {
	if err := request.ParseForm(); err != nil {
		return tokenRequest{}, errors.New("the form cannot be read")
	}

	ask := tokenRequest{}
	ask.user, ask.password, _ = request.BasicAuth()

	if request.Method == http.MethodPost {
		if request.PostForm.Get("grant_type") != "password" {
			return ask, errors.New("only the grant type password is supported")
		}

		ask.user, ask.password = request.PostForm.Get("username"), request.PostForm.Get("password")
	}

	if service := request.Form.Get("service"); service != registryauth.Service {
		return ask, errors.New("tokens are issued for the service " + registryauth.Service + " only")
	}

	scopes := strings.Fields(strings.Join(request.Form["scope"], " "))
	if len(scopes) > maxScopes {
		return ask, errors.New("too many scopes")
	}

	for _, scope := range scopes {
		if access, ok := registryauth.ParseScope(scope); ok {
			ask.access = append(ask.access, access)
		}
	}

	return ask, nil
}

// registryHolder is who asks for a registry token, with what they may do beside pulling base images.
type registryHolder func(ctx context.Context, requested registryauth.Access) (registryauth.Access, error)

// registryHolder returns who the name and password belong to, or an unauthorized problem.
func (s *service) registryHolder(ctx context.Context, user, password string) (registryHolder, error) {
	switch {
	case user == "" && password == "":
		return nil, nil //nolint:nilnil // Nobody in particular: only base images.
	case user == registryauth.GrantUser:
		grant, err := registryauth.VerifyGrant(s.config.SecretKey, password, time.Now())
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

// nodeAccess lets a node pull the images of the projects of which it has a VM.
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

// refuseToken answers with an error in OAuth2's form, which both protocols read.
func refuseToken(writer http.ResponseWriter, status int, code, description string) {
	writeJSON(writer, status, map[string]any{"error": code, "error_description": description, "details": description})
}

func writeJSON(writer http.ResponseWriter, status int, body any) {
	writer.Header().Set("Content-Type", "application/json")
	writer.WriteHeader(status)
	_ = json.NewEncoder(writer).Encode(body) //nolint:errchkjson // What fails is the writing: the caller has hung up.
}
