package activities

import (
	"context"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"net/http"
	"slices"
	"time"

	tokenauth "github.com/containerd/containerd/v2/core/remotes/docker/auth"
	"github.com/moby/buildkit/session/auth"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/zeitwork/zeitwork/internal/registryauth"
)

// tokenTimeout bounds one question to the registry's token endpoint.
const tokenTimeout = 30 * time.Second

// buildAuth gives buildkitd registry tokens for one repository. Grants never leave the worker: buildkitd asks here, and
// the worker asks the token endpoint. For any other registry than the platform's own, buildkitd is on its own and
// anonymous.
type buildAuth struct {
	auth.UnimplementedAuthServer

	registry   *Registry
	repository string
	client     *http.Client
}

func newBuildAuth(registry *Registry, repository string) *buildAuth {
	return &buildAuth{registry: registry, repository: repository, client: &http.Client{Timeout: tokenTimeout}}
}

// Register serves buildkitd's questions on the build's session.
func (a *buildAuth) Register(server *grpc.Server) { auth.RegisterAuthServer(server, a) }

// Credentials gives none, for any registry.
func (a *buildAuth) Credentials(context.Context, *auth.CredentialsRequest) (*auth.CredentialsResponse, error) {
	return &auth.CredentialsResponse{}, nil
}

// GetTokenAuthority tells buildkitd by which key it knows builds that may use the same tokens.
func (a *buildAuth) GetTokenAuthority(_ context.Context, request *auth.GetTokenAuthorityRequest) (*auth.GetTokenAuthorityResponse, error) {
	authority, err := a.authority(request.GetHost(), request.GetSalt())
	if err != nil {
		return nil, err
	}

	return &auth.GetTokenAuthorityResponse{PublicKey: authority[ed25519.PrivateKeySize-ed25519.PublicKeySize:]}, nil
}

// VerifyTokenAuthority proves that this build may use the tokens of an earlier one.
func (a *buildAuth) VerifyTokenAuthority(_ context.Context, request *auth.VerifyTokenAuthorityRequest) (*auth.VerifyTokenAuthorityResponse, error) {
	authority, err := a.authority(request.GetHost(), request.GetSalt())
	if err != nil {
		return nil, err
	}

	// The form of NaCl's crypto_sign: the signature, then what it signs.
	signed := append(ed25519.Sign(authority, request.GetPayload()), request.GetPayload()...)

	return &auth.VerifyTokenAuthorityResponse{Signed: signed}, nil
}

// FetchToken asks the token endpoint, with a grant where the repository itself is asked for.
func (a *buildAuth) FetchToken(ctx context.Context, request *auth.FetchTokenRequest) (*auth.FetchTokenResponse, error) {
	if request.GetHost() != a.registry.config.RegistryHost {
		return nil, status.Errorf(codes.Unavailable, "no token for %s", request.GetHost())
	}

	options := tokenauth.TokenOptions{Realm: request.GetRealm(), Service: request.GetService(), Scopes: request.GetScopes()}

	if slices.ContainsFunc(request.GetScopes(), a.isOurs) {
		credentials, err := grantAuthenticator{
			key:    a.registry.key,
			access: registryauth.Repository(a.repository, registryauth.Pull, registryauth.Push),
		}.Authorization()
		if err != nil {
			return nil, err
		}

		options.Username, options.Secret = credentials.Username, credentials.Password
	}

	answer, err := tokenauth.FetchToken(ctx, a.client, nil, options)
	if err != nil {
		return nil, fmt.Errorf("ask %s for a registry token: %w", request.GetRealm(), err)
	}

	response := &auth.FetchTokenResponse{Token: answer.Token, ExpiresIn: int64(answer.ExpiresInSeconds)}
	if !answer.IssuedAt.IsZero() {
		response.IssuedAt = answer.IssuedAt.Unix()
	}

	return response, nil
}

func (a *buildAuth) isOurs(scope string) bool {
	access, ok := registryauth.ParseScope(scope)

	return ok && access.Name == a.repository
}

// authority derives a key that only builds of this repository have.
func (a *buildAuth) authority(host string, salt []byte) (ed25519.PrivateKey, error) {
	if host != a.registry.config.RegistryHost {
		return nil, status.Errorf(codes.Unavailable, "no tokens for %s", host)
	}

	hash := hmac.New(sha256.New, a.registry.key.Derive("buildkit token authority"))
	hash.Write(salt)
	hash.Write([]byte(a.repository))

	return ed25519.NewKeyFromSeed(hash.Sum(nil)), nil
}
