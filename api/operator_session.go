package api

import (
	"context"
	_ "embed"
	"html/template"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/internal/problem"
)

const (
	signInPath  = "/operators/sign-in"
	signOutPath = "/operators/sign-out"

	sessionCookie   = "zeitwork_operator"
	sessionLifetime = 12 * time.Hour
	maxSignInForm   = 4 << 10
)

//go:embed sign_in.html
var signInSource string

var signInPage = template.Must(template.New("sign_in").Parse(signInSource))

// showSignIn serves the form that asks for an operator's token.
func showSignIn(writer http.ResponseWriter, _ *http.Request) { writeSignIn(writer, http.StatusOK, "") }

func writeSignIn(writer http.ResponseWriter, status int, message string) {
	header := writer.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'")
	writer.WriteHeader(status)
	_ = signInPage.Execute(writer, map[string]string{"Action": signInPath, "Message": message}) // The browser has hung up.
}

// signIn exchanges an operator's token for a session.
func (s *service) signIn(writer http.ResponseWriter, request *http.Request) {
	boundForm(writer, request, maxSignInForm)

	who, err := s.callerWith(request.Context(), strings.TrimSpace(request.PostFormValue("token")))
	if err == nil && !who.operator {
		err = problem.New(problem.Forbidden, "That is not the token of an operator of this platform.")
	}

	if err != nil {
		noteError(request.Context(), err)
		writeSignIn(writer, statusOf(problem.CodeOf(err)), problem.MessageOf(err))

		return
	}

	session, err := s.newSession(who.tokenID)
	if err == nil {
		err = auditAs(request.Context(), s.queries, who, nil, userEvent("operator.sign_in", who.userID, nil))
	}

	if err != nil {
		noteError(request.Context(), err)
		writeSignIn(writer, http.StatusInternalServerError, problem.MessageOf(err))

		return
	}

	http.SetCookie(writer, s.cookie(session, sessionLifetime))
	http.Redirect(writer, request, riverPath+"/", http.StatusSeeOther)
}

func (s *service) signOut(writer http.ResponseWriter, request *http.Request) {
	http.SetCookie(writer, s.cookie("", -time.Second))
	http.Redirect(writer, request, signInPath, http.StatusSeeOther)
}

// cookie makes the session's cookie. Browsers send it over plain HTTP only where the platform itself is reached that way.
func (s *service) cookie(value string, lifetime time.Duration) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // Secure where the platform is.
		Name: sessionCookie, Value: value, Path: "/", MaxAge: int(lifetime.Seconds()),
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: s.config.EdgeURL.Scheme == "https",
	}
}

// operatorsOnly passes on requests with the session of an operator whose token is still valid, and asks all others to sign in.
func (s *service) operatorsOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		if !s.inSession(request.Context(), request) {
			if strings.Contains(request.Header.Get("Accept"), "text/html") {
				http.Redirect(writer, request, signInPath, http.StatusSeeOther)
			} else {
				writeProblem(writer, problemOf(request.Context(), problem.New(problem.Unauthorized, "Sign in at %s first.", signInPath)))
			}

			return
		}

		next.ServeHTTP(writer, request)
	})
}

func (s *service) inSession(ctx context.Context, request *http.Request) bool {
	cookie, err := request.Cookie(sessionCookie)
	if err != nil {
		return false
	}

	claims := jwt.RegisteredClaims{}

	_, err = jwt.ParseWithClaims(cookie.Value, &claims, func(*jwt.Token) (any, error) { return s.sessionKey(), nil },
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithExpirationRequired())
	if err != nil {
		return false
	}

	token, err := uuid.Parse(claims.Subject)
	if err != nil {
		return false
	}

	valid, err := s.queries.TokenIsValid(ctx, token, true)

	return err == nil && valid
}

func (s *service) newSession(token uuid.UUID) (string, error) {
	return jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.RegisteredClaims{
		Subject: token.String(), ExpiresAt: jwt.NewNumericDate(time.Now().Add(sessionLifetime)),
	}).SignedString(s.sessionKey())
}

func (s *service) sessionKey() []byte { return s.config.SecretKey.Derive("operator session key") }
