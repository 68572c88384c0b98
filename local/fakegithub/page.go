package fakegithub

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

//go:embed pages/*.html
var pageFiles embed.FS

var templates = template.Must(template.ParseFS(pageFiles, "pages/*.html"))

// visit is one request for a web page.
type visit struct {
	*Server

	r    *http.Request
	base string
}

// result is what a visitor gets: a page, or another address to go to.
type result struct {
	status   int
	location string
	template string
	data     any
	// json answers programs that speak to the pages' addresses.
	json any
}

func show(template string, data any) result {
	return result{status: http.StatusOK, template: template, data: data}
}

// sorry is a page that says what is wrong.
func sorry(status int, sentence string) result {
	return result{status: status, template: "sorry.html", data: sentence}
}

// leadTo sends the visitor back to an app, with parameters added to its URL. Empty ones are left out.
func leadTo(address string, parameters map[string]string) result {
	target, err := url.Parse(address)
	if err != nil {
		return sorry(http.StatusBadRequest, "The app's URL cannot be read.")
	}

	query := target.Query()

	for name, value := range parameters {
		if value != "" {
			query.Set(name, value)
		}
	}

	target.RawQuery = query.Encode()

	return result{status: http.StatusFound, location: target.String()}
}

// pages returns all that is no API: web pages, and what git and programs that sign in ask.
func (s *Server) pages() *http.ServeMux {
	mux := http.NewServeMux()

	for pattern, handle := range map[string]func(v *visit) result{
		"GET /{$}":                                    (*visit).welcome,
		"GET /login/oauth/authorize":                  (*visit).askToAuthorize,
		"POST /login/oauth/access_token":              (*visit).exchange,
		"POST /login/device/code":                     (*visit).beginDevice,
		"GET /login/device":                           (*visit).askForDevice,
		"POST /settings/apps/new":                     (*visit).askForApp,
		"POST /organizations/{org}/settings/apps/new": (*visit).askForApp,
		"GET /github-apps/{slug}/installations/new":   (*visit).askToInstall,
		"GET /{owner}/{repo}":                         (*visit).showRepository,
	} {
		mux.Handle(pattern, s.page(handle))
	}

	// What a page asks and a visitor agrees to, no other site may send in the visitor's name. An app's manifest does come from another site.
	own := http.NewCrossOriginProtection()

	for pattern, handle := range map[string]http.Handler{
		"POST /login/oauth/authorize":                s.page((*visit).authorize),
		"POST /login/device":                         s.page((*visit).authorizeDevice),
		"POST /github-apps/{slug}/installations/new": s.page((*visit).installApp),
		"POST /{owner}/{repo}/commits":               s.page((*visit).commitFile),
		"POST /{owner}/{repo}/pulls":                 s.page((*visit).askForPull),
		"POST /{owner}/{repo}/pull/{number}/merge":   s.page((*visit).mergePullOfPath),
		"POST /{owner}/{repo}/pull/{number}/close":   s.page((*visit).closePullOfPath),
		"POST /settings/apps/manifest":               http.HandlerFunc(s.makeApp),
	} {
		mux.Handle(pattern, own.Handler(handle))
	}

	mux.HandleFunc("GET /{owner}/{repo}/info/refs", s.git)
	mux.HandleFunc("POST /{owner}/{repo}/git-upload-pack", s.git)
	mux.HandleFunc("POST /{owner}/{repo}/git-receive-pack", s.git)

	return mux
}

// page answers visitors. The mutex is held while a page is made.
func (s *Server) page(handle func(v *visit) result) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.faults.strike(w, r) {
			return
		}

		r.Body = http.MaxBytesReader(w, r.Body, mostBodyBytes)

		if err := r.ParseForm(); err != nil {
			http.Error(w, "The form cannot be read.", http.StatusBadRequest)

			return
		}

		var shown result

		s.locked(func() { shown = handle(&visit{Server: s, r: r, base: baseOf(r)}) })
		shown.write(w, r)
	})
}

func (shown result) write(w http.ResponseWriter, r *http.Request) {
	switch {
	case shown.json != nil:
		writeExchange(w, r, shown.json)
	case shown.location != "":
		http.Redirect(w, r, shown.location, shown.status)
	default:
		var body bytes.Buffer
		if err := templates.ExecuteTemplate(&body, shown.template, shown.data); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)

			return
		}

		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(shown.status)
		_, _ = body.WriteTo(w)
	}
}

// welcome lists what there is.
func (v *visit) welcome() result {
	repositories, apps := make([]object, 0, len(v.repositories)), make([]object, 0, len(v.apps))

	for _, r := range v.repositories {
		repositories = append(repositories, object{
			"FullName": r.fullName(), "Private": r.private, "Archived": r.archived, "Description": r.description,
		})
	}

	for _, a := range v.apps {
		var on []string

		for _, i := range v.installations {
			if i.app == a {
				on = append(on, i.account.login)
			}
		}

		slices.Sort(on)
		apps = append(apps, object{"Slug": a.Slug, "Name": a.manifest.Name, "Installed": strings.Join(on, ", ")})
	}

	by := func(name string) func(a, b object) int {
		return func(a, b object) int { return strings.Compare(fmt.Sprint(a[name]), fmt.Sprint(b[name])) }
	}

	slices.SortFunc(repositories, by("FullName"))
	slices.SortFunc(apps, by("Name"))

	return show("welcome.html", object{"Repositories": repositories, "Apps": apps})
}

// users returns the logins that a visitor may choose from, in order.
func (v *visit) users() []string {
	var logins []string

	for _, a := range v.accounts {
		if a.kind == kindUser {
			logins = append(logins, a.login)
		}
	}

	slices.SortFunc(logins, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })

	return logins
}

// user returns the one that the visitor has chosen; nil for none.
func (v *visit) user() *account {
	a := v.findAccount(v.r.PostForm.Get("login"))
	if a == nil || a.kind != kindUser {
		return nil
	}

	return a
}
