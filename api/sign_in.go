package api

import (
	"context"
	"net/http"
	"net/url"

	"github.com/google/uuid"

	"github.com/zeitwork/zeitwork/api/internal/signin"
	"github.com/zeitwork/zeitwork/database"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// The pages that sign people in and out.
const (
	signInPath       = "/sign-in"
	signInGitHubPath = signInPath + "/github"
	signInCodePath   = signInPath + "/code"
	signOutPath      = "/sign-out"
)

// returnTo is the parameter with the path where a browser goes after signing in.
const returnTo = "return_to"

// registerPages serves the pages of the API to a mux.
func (s *service) registerPages(mux *http.ServeMux) {
	mux.HandleFunc("GET "+signInPath, s.showSignIn)
	mux.HandleFunc("POST "+signInGitHubPath, s.limited(s.leaveForGitHub))
	mux.HandleFunc("GET "+signInCallbackPath, s.limited(s.comeBackFromGitHub))
	mux.HandleFunc("POST "+signInCodePath, s.limited(s.takeCode))
	mux.HandleFunc("POST "+signOutPath, s.leave)
	mux.HandleFunc("GET "+accountPath, s.signedInOnly(s.showAccount))
	mux.HandleFunc("POST "+accountSessionsPath, s.signedInOnly(s.endFromAccount))
	mux.HandleFunc("POST "+accountConnectPath, s.limited(s.signedInOnly(s.leaveToConnect)))
	mux.HandleFunc("GET "+devicePath, s.limited(s.signedInOnly(s.showDevice)))
	mux.HandleFunc("POST "+devicePath, s.limited(s.signedInOnly(s.decideDevice)))
}

// signInFor is where somebody is sent who has to sign in before the request.
func signInFor(request *http.Request) string {
	return signInPath + "?" + url.Values{returnTo: {localPath(request.URL.RequestURI())}}.Encode()
}

func (s *service) showSignIn(writer http.ResponseWriter, request *http.Request) {
	if _, err := s.sessionOf(request); err == nil {
		next := localPath(request.URL.Query().Get(returnTo))
		http.Redirect(writer, request, next, http.StatusSeeOther) //nolint:gosec // It is a path of this platform.

		return
	}

	s.showSignInWith(writer, request, request.URL.Query().Get(returnTo), nil)
}

// showSignInWith shows the page with which people sign in and then go on to a path, with an error if there is one.
func (s *service) showSignInWith(writer http.ResponseWriter, request *http.Request, next string, err error) {
	status, shown := http.StatusOK, webPage{Title: "Sign in"}

	if err != nil {
		p := problemOf(request.Context(), err)
		status, shown.Problem = p.Status, p.Detail
	}

	shown.Data = map[string]any{
		"GitHub": s.provider.IsReady(request.Context()), "ReturnTo": localPath(next),
		"GitHubAction": signInGitHubPath, "CodeAction": signInCodePath,
	}

	s.showPage(writer, request, status, "sign_in", shown)
}

// leaveForGitHub sends a browser to GitHub to sign in.
func (s *service) leaveForGitHub(writer http.ResponseWriter, request *http.Request) {
	err := form(writer, request)
	if err == nil {
		err = s.leaveFor(writer, request, flowStart{Purpose: flowSignIn, ReturnTo: request.PostForm.Get(returnTo)})
	}

	if err != nil {
		s.showSignInWith(writer, request, request.PostForm.Get(returnTo), err)
	}
}

// leaveFor begins a flow and sends the browser to the provider with it.
func (s *service) leaveFor(writer http.ResponseWriter, request *http.Request, start flowStart) error {
	begun, err := s.beginFlow(request.Context(), start)
	if err != nil {
		return err
	}

	address, err := s.provider.URL(request.Context(), s.attempt(begun.ID, begun.State))
	if err != nil {
		return err
	}

	http.SetCookie(writer, begun.Cookie)
	http.Redirect(writer, request, address, http.StatusSeeOther)

	return nil
}

// attempt is the way of a flow to the provider.
func (s *service) attempt(flow uuid.UUID, state string) signin.Attempt {
	return signin.Attempt{RedirectURL: s.config.at(signInCallbackPath), State: state, Verifier: s.verifier(flow)}
}

// comeBackFromGitHub takes a browser that GitHub has sent back, and signs its user in.
func (s *service) comeBackFromGitHub(writer http.ResponseWriter, request *http.Request) {
	// What is in the URL is good once, but is nobody else's matter either way.
	query := request.URL.Query()

	flow, forget, err := s.finishFlow(request.Context(), flowSignIn, query.Get("state"), request)
	http.SetCookie(writer, forget)

	if err == nil {
		err = s.finishSignIn(writer, request, flow, query)
	}

	if err != nil {
		s.showSignInWith(writer, request, flow.ReturnTo, err)

		return
	}

	http.Redirect(writer, request, localPath(flow.ReturnTo), http.StatusSeeOther)
}

// finishSignIn asks the provider who it is, and starts a session, or ties the account to the user who has begun the flow.
func (s *service) finishSignIn(writer http.ResponseWriter, request *http.Request, flow database.WebFlow, query url.Values) error {
	ctx := request.Context()

	if code := query.Get("error"); code == "access_denied" {
		return problem.New(problem.Forbidden, "You have declined to sign in on GitHub. Sign in again, and authorize the App there.")
	} else if code != "" || query.Get("code") == "" {
		return problem.New(problem.Unavailable, "GitHub has sent you back without signing you in. Sign in again; an operator may have to look at the GitHub App.")
	}

	var who caller

	if flow.UserID != nil {
		var err error
		if who, err = s.sessionOf(request); err != nil {
			return err
		}

		if who.userID != *flow.UserID {
			return problem.New(problem.Conflict, "You have signed in as somebody else meanwhile. Connect the account again.")
		}
	}

	identity, err := s.provider.Identify(ctx, s.attempt(flow.ID, query.Get("state")), query.Get("code"))
	if err != nil {
		return err
	}

	if flow.UserID != nil {
		return s.connectGitHub(ctx, who, identity)
	}

	return s.setSession(writer, func() (*http.Cookie, error) { return s.signInWithGitHub(ctx, identity, request) })
}

// takeCode signs the user of a code in.
func (s *service) takeCode(writer http.ResponseWriter, request *http.Request) {
	err := form(writer, request)
	if err == nil {
		err = s.setSession(writer, func() (*http.Cookie, error) { //nolint:contextcheck // The request carries it.
			return s.signInWithCode(request.Context(), request.PostForm.Get("code"), request)
		})
	}

	if err != nil {
		s.showSignInWith(writer, request, request.PostForm.Get(returnTo), err)

		return
	}

	http.Redirect(writer, request, localPath(request.PostForm.Get(returnTo)), http.StatusSeeOther)
}

// setSession gives the browser the cookie of a new session.
func (s *service) setSession(writer http.ResponseWriter, start func() (*http.Cookie, error)) error {
	cookie, err := start()
	if err == nil {
		http.SetCookie(writer, cookie)
	}

	return err
}

// leave signs a browser out.
func (s *service) leave(writer http.ResponseWriter, request *http.Request) {
	http.SetCookie(writer, s.config.cookie(sessionCookie, "", 0))

	if who, err := s.sessionOf(request); err == nil {
		if err := s.endSession(request.Context(), who, who.tokenID); err != nil && problem.CodeOf(err) != problem.NotFound {
			s.showProblem(writer, request, err)

			return
		}
	}

	http.Redirect(writer, request, signInPath, http.StatusSeeOther)
}

// endSession is endSession in a transaction of its own.
func (s *service) endSession(ctx context.Context, who caller, session uuid.UUID) error {
	return s.inTx(ctx, func(queries *database.Queries) error { return endSession(ctx, queries, who, session) })
}
