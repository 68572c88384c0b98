package api

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"github.com/zeitwork/zeitwork/internal/problem"
	"github.com/zeitwork/zeitwork/web"
)

// maxForm bounds the forms of the pages.
const maxForm = 8 << 10

//go:embed pages
var pageFiles embed.FS

//nolint:gochecknoglobals // What is part of the binary is read once.
var (
	pageStyle = fontFaces(web.Files()) + mustRead("pages/style.css")
	// pageTemplates are the pages, each in the layout.
	pageTemplates = map[string]*template.Template{
		"sign_in": newPage("sign_in"), "account": newPage("account"), "device": newPage("device"), "message": newPage("message"), "github": newPage("github"),
		"mail": newPage("mail"),
	}
	// pageStyleHash lets browsers take the pages' own style and no other.
	pageStyleHash = hashOfStyle(pageStyle)
)

func mustRead(name string) string {
	content, err := pageFiles.ReadFile(name)
	if err != nil {
		panic(err)
	}

	return string(content)
}

func newPage(name string) *template.Template {
	functions := template.FuncMap{
		"style":   func() template.CSS { return template.CSS(pageStyle) }, //nolint:gosec // It is ours.
		"browser": browserName,
	}

	return template.Must(template.New("layout.html").Funcs(functions).ParseFS(pageFiles, "pages/layout.html", "pages/"+name+".html"))
}

func hashOfStyle(style string) string {
	sum := sha256.Sum256([]byte(style))

	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// webPage is what a page shows.
type webPage struct {
	Title string
	// Problem is a sentence about what went wrong, or nothing.
	Problem string
	// Back is a path of the platform that a link leads back to, or nothing.
	Back string
	// Data is the page's own.
	Data any
}

// showPage answers with a page that loads nothing but the platform's own fonts and icon, stands in no frame and can be sent forms of its own origin alone.
func (s *service) showPage(writer http.ResponseWriter, request *http.Request, status int, name string, shown webPage) {
	var text bytes.Buffer
	if err := pageTemplates[name].Execute(&text, shown); err != nil {
		noteError(request.Context(), err)
		writeProblem(writer, problemOf(request.Context(), err))

		return
	}

	// Browsers hold the address that an answer to a form leads to against form-action, too.
	header := writer.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("Referrer-Policy", "same-origin")
	header.Set("X-Frame-Options", "DENY")
	header.Set("Content-Security-Policy", "default-src 'none'; font-src 'self'; img-src 'self'; style-src "+pageStyleHash+
		"; base-uri 'none'; frame-ancestors 'none'; form-action 'self' "+s.provider.Origin())
	writer.WriteHeader(status)
	_, _ = text.WriteTo(writer) // The browser has hung up.
}

// showProblem answers with a page about an error.
func (s *service) showProblem(writer http.ResponseWriter, request *http.Request, err error) {
	p := problemOf(request.Context(), err)
	s.showPage(writer, request, p.Status, "message", webPage{Title: "Zeitwork", Problem: p.Detail})
}

// showProblemWithWayBack is showProblem for a browser that came from a page of the platform, to which a link leads back.
func (s *service) showProblemWithWayBack(writer http.ResponseWriter, request *http.Request, err error, back string) {
	p := problemOf(request.Context(), err)
	shown := webPage{Title: "Zeitwork", Problem: p.Detail}

	if isWayBack(back) {
		shown.Back = localPath(back)
	}

	s.showPage(writer, request, p.Status, "message", shown)
}

// isWayBack tells whether a path leads to more than the first page, which is where flows lead that were begun nowhere in particular.
func isWayBack(path string) bool { return localPath(path) != "/" }

// form reads a form of a page.
func form(writer http.ResponseWriter, request *http.Request) error {
	boundForm(writer, request, maxForm)

	if err := request.ParseForm(); err != nil {
		return problem.Wrap(err, problem.Invalid, "The form did not arrive whole. Send it again.")
	}

	return nil
}

// signedInOnly passes requests of those who are signed in on, and has all others sign in first. What they wanted is where they are sent then.
func (s *service) signedInOnly(next func(writer http.ResponseWriter, request *http.Request, who caller)) http.HandlerFunc {
	return func(writer http.ResponseWriter, request *http.Request) {
		who, err := s.sessionOf(request)

		switch {
		case problem.CodeOf(err) == problem.Unauthorized && wantsPage(request):
			http.Redirect(writer, request, signInFor(request), http.StatusSeeOther)
		case err != nil:
			s.showProblem(writer, request, err)
		default:
			if wait := s.use.request(who.userID); wait > 0 {
				writer.Header().Set("Retry-After", strconv.Itoa(seconds(wait)))
				s.showProblem(writer, request, s.tooManyRequests(wait))

				return
			}

			next(writer, request, who)
		}
	}
}

// wantsPage tells whether a browser has asked for a page, to which it can be sent back later.
func wantsPage(request *http.Request) bool {
	return request.Method == http.MethodGet && strings.Contains(request.Header.Get("Accept"), "text/html")
}

// operatorsOnly passes on requests in the session of an operator. It has those sign in who have not, and refuses others.
func (s *service) operatorsOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		who, err := s.sessionOf(request)
		if err == nil && !who.operator {
			err = problem.New(problem.Forbidden, "Only operators of this platform may see this. Another operator, or `zeitwork admin users add`, makes one.")
		}

		switch {
		case problem.CodeOf(err) == problem.Unauthorized && wantsPage(request):
			http.Redirect(writer, request, signInFor(request), http.StatusSeeOther)
		case err != nil && wantsPage(request):
			s.showProblem(writer, request, err)
		case err != nil:
			writeProblem(writer, problemOf(request.Context(), err))
		default:
			next.ServeHTTP(writer, request)
		}
	})
}
