package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/internal/registryauth"
)

const (
	maxTokenForm = 64 << 10
	maxScopes    = 20
)

// registryToken answers with a token for the registry: https://distribution.github.io/distribution/spec/auth/token/ for
// GET, https://distribution.github.io/distribution/spec/auth/oauth/ for POST. As both specify, a known caller always gets a token,
// whose access is the part of the requested one that the caller may have.
func (s *service) registryToken(writer http.ResponseWriter, request *http.Request) {
	ctx := request.Context()
	boundForm(writer, request, maxTokenForm)

	body, err := takeBody(request, maxTokenForm)
	if err != nil {
		refuseToken(writer, http.StatusBadRequest, "invalid_request", "the form cannot be read")

		return
	}

	ask, err := readTokenRequest(request)
	if err != nil {
		refuseToken(writer, http.StatusBadRequest, "invalid_request", err.Error())

		return
	}

	holder, err := s.registryHolder(request, body, ask.user, ask.password)
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

// tokenRequest holds the credentials and the requested access.
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

// refuseToken answers with an error in OAuth2's form, which both protocols read.
func refuseToken(writer http.ResponseWriter, status int, code, description string) {
	writeJSON(writer, status, map[string]any{"error": code, "error_description": description, "details": description})
}

func writeJSON(writer http.ResponseWriter, status int, body any) {
	writer.Header().Set("Content-Type", "application/json")
	writer.WriteHeader(status)
	_ = json.NewEncoder(writer).Encode(body) //nolint:errchkjson // It fails only when the caller has hung up.
}
