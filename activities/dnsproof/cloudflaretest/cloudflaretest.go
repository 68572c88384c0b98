// Package cloudflaretest answers in the place of Cloudflare's API, version 4, for the operations that the platform uses, with the fields and the refusals that
// its description has (https://github.com/cloudflare/api-schemas).
package cloudflaretest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/internal/dnscheck/dnstest"
)

// Token is the one that is good.
const Token = "token-of-cloudflare"

const (
	zoneID  = "023e105f4ecef8ad9ca31a8372d0c353"
	nowhere = `[{"code":7003,"message":"Could not route to the request path, perhaps your object identifier is invalid?"}]`
)

// Server is Cloudflare with one zone, whose records stand in a name server.
type Server struct {
	zone  string
	names *dnstest.Server
	mux   *http.ServeMux

	mutex    sync.Mutex
	records  []record
	made     int
	away     bool
	withheld bool
}

type record struct {
	ID         string         `json:"id"`
	Name       string         `json:"name"`
	Type       string         `json:"type"`
	Content    string         `json:"content"`
	Proxiable  bool           `json:"proxiable"`
	Proxied    bool           `json:"proxied"`
	TTL        int            `json:"ttl"`
	Settings   map[string]any `json:"settings"`
	Meta       map[string]any `json:"meta"`
	Comment    *string        `json:"comment"`
	Tags       []string       `json:"tags"`
	CreatedOn  time.Time      `json:"created_on"`
	ModifiedOn time.Time      `json:"modified_on"`
}

// New returns Cloudflare with a zone, which stands in the name server with the name server's own address.
func New(t *testing.T, zone string, names *dnstest.Server) *Server {
	t.Helper()

	s := &Server{zone: zone, names: names, mux: http.NewServeMux()}
	s.mux.HandleFunc("GET /client/v4/zones", s.listZones)
	s.mux.HandleFunc("GET /client/v4/zones/{zone}/dns_records", s.listRecords)
	s.mux.HandleFunc("POST /client/v4/zones/{zone}/dns_records", s.createRecord)
	s.mux.HandleFunc("DELETE /client/v4/zones/{zone}/dns_records/{record}", s.deleteRecord)
	s.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { refuse(w, http.StatusBadRequest, nowhere) })

	names.Set(t, zone, "SOA ns."+zone+". dns.cloudflare.com. 1 10000 2400 604800 60", "NS ns."+zone+".")
	names.Set(t, "ns."+zone, "A 127.0.0.1")

	return s
}

// Away has Cloudflare answer nothing but errors.
func (s *Server) Away(away bool) { s.set(&s.away, away) }

// Withhold has the name servers not be told of what changes from now on.
func (s *Server) Withhold(withheld bool) { s.set(&s.withheld, withheld) }

func (s *Server) set(what *bool, to bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()

	*what = to
}

// Records are the contents of the records of the zone that there are, and Made is how many there were in all.
func (s *Server) Records() (contents []string, made int) {
	s.mutex.Lock()
	defer s.mutex.Unlock()

	for _, r := range s.records {
		contents = append(contents, r.Content)
	}

	return contents, s.made
}

// Publish has the name servers show the records of a name.
func (s *Server) Publish(t *testing.T, name string) {
	t.Helper()

	s.mutex.Lock()
	defer s.mutex.Unlock()

	require.NoError(t, s.publish(name))
}

func (s *Server) publish(name string) error {
	var shown []string

	for _, r := range s.records {
		if r.Name == name {
			shown = append(shown, "TXT "+r.Content)
		}
	}

	return s.names.Put(name, shown...)
}

// RoundTrip answers a request for api.cloudflare.com.
func (s *Server) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.URL.Scheme != "https" || request.URL.Host != "api.cloudflare.com" {
		return nil, fmt.Errorf("the request is for %s", request.URL)
	}

	// A server's request has the address of who asks, and a context of its own.
	received := httptest.NewRequestWithContext(context.WithoutCancel(request.Context()), request.Method, request.URL.String(), request.Body)
	received.Header = request.Header.Clone()

	recorder := httptest.NewRecorder()
	s.ServeHTTP(recorder, received)

	return recorder.Result(), nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mutex.Lock()
	defer s.mutex.Unlock()

	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")

	switch {
	case s.away:
		w.WriteHeader(http.StatusBadGateway)
	case !bearer || strings.ContainsRune(token, ' '):
		refuse(w, http.StatusBadRequest, `[{"code":6003,"message":"Invalid request headers",
			"error_chain":[{"code":6111,"message":"Invalid format for Authorization header"}]}]`)
	case token != Token:
		refuse(w, http.StatusForbidden, `[{"code":9109,"message":"Invalid access token"}]`)
	default:
		s.mux.ServeHTTP(w, r)
	}
}

func refuse(w http.ResponseWriter, status int, errors string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"success":false,"errors":%s,"messages":[],"result":null}`, errors)
}

func answer(w http.ResponseWriter, result any, info map[string]any) {
	body := map[string]any{"success": true, "errors": []any{}, "messages": []any{}, "result": result}
	if info != nil {
		body["result_info"] = info
	}

	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body) //nolint:errchkjson // The tests would see it.
}

func page[T any](w http.ResponseWriter, items []T) {
	answer(w, items, map[string]any{"page": 1, "per_page": 100, "count": len(items), "total_count": len(items), "total_pages": 1}) //nolint:mnd // A page.
}

func (s *Server) listZones(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("name") != s.zone {
		page(w, []any{})

		return
	}

	at := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

	page(w, []any{map[string]any{
		"id": zoneID, "name": s.zone, "status": "active", "paused": false, "type": "full", "development_mode": 0, "name_servers": []string{"ns." + s.zone},
		"original_name_servers": nil, "original_registrar": nil, "original_dnshost": nil, "created_on": at, "modified_on": at, "activated_on": at,
		"account": map[string]any{"id": "account", "name": "Zeitwork"}, "owner": map[string]any{"id": nil, "type": "user"},
		"meta": map[string]any{"step": 0}, "permissions": []string{"#dns_records:edit", "#zone:read"}, "plan": map[string]any{"id": "plan", "name": "Free Website"},
	}})
}

// inZone answers requests about zones that are not there.
func inZone(w http.ResponseWriter, r *http.Request) bool {
	if r.PathValue("zone") == zoneID {
		return true
	}

	refuse(w, http.StatusNotFound, nowhere)

	return false
}

func (s *Server) listRecords(w http.ResponseWriter, r *http.Request) {
	if !inZone(w, r) {
		return
	}

	query, found := r.URL.Query(), []record{}

	for _, one := range s.records {
		if (query.Get("type") == "" || query.Get("type") == one.Type) && (query.Get("name.exact") == "" || strings.EqualFold(query.Get("name.exact"), one.Name)) {
			found = append(found, one)
		}
	}

	page(w, found)
}

func (s *Server) createRecord(w http.ResponseWriter, r *http.Request) { //nolint:cyclop // One case for each refusal.
	if !inZone(w, r) {
		return
	}

	const shortest, longest, longestComment = 60, 86400, 100

	var wanted record

	err := json.NewDecoder(r.Body).Decode(&wanted)

	switch {
	case err != nil || wanted.Type != "TXT" || !strings.HasPrefix(wanted.Content, `"`) || !strings.HasSuffix(wanted.Content, `"`):
		refuse(w, http.StatusBadRequest, `[{"code":9207,"message":"Failed to parse request body"}]`)
	case wanted.Name != s.zone && !strings.HasSuffix(wanted.Name, "."+s.zone):
		refuse(w, http.StatusBadRequest, `[{"code":9000,"message":"DNS name is invalid."}]`)
	case wanted.TTL != 1 && (wanted.TTL < shortest || wanted.TTL > longest):
		refuse(w, http.StatusBadRequest, `[{"code":9021,"message":"Invalid TTL. Must be between 60 and 86400 seconds, or 1 for Automatic."}]`)
	case wanted.Comment != nil && len(*wanted.Comment) > longestComment:
		refuse(w, http.StatusBadRequest, `[{"code":9313,"message":"DNS record has a comment that is too long."}]`)
	case slices.ContainsFunc(s.records, func(r record) bool { return r.Name == wanted.Name && r.Content == wanted.Content }):
		refuse(w, http.StatusBadRequest, `[{"code":81058,"message":"An identical record already exists."}]`)
	default:
		s.made++

		wanted.ID, wanted.CreatedOn, wanted.ModifiedOn = fmt.Sprintf("%032x", s.made), time.Now().UTC(), time.Now().UTC()
		wanted.Settings, wanted.Meta, wanted.Tags = map[string]any{}, map[string]any{}, []string{}
		s.records = append(s.records, wanted)

		if !s.withheld {
			_ = s.publish(wanted.Name)
		}

		answer(w, wanted, nil)
	}
}

func (s *Server) deleteRecord(w http.ResponseWriter, r *http.Request) {
	if !inZone(w, r) {
		return
	}

	at := slices.IndexFunc(s.records, func(one record) bool { return one.ID == r.PathValue("record") })
	if at < 0 {
		refuse(w, http.StatusNotFound, `[{"code":81044,"message":"Record does not exist."}]`)

		return
	}

	gone := s.records[at]
	s.records = slices.Delete(s.records, at, at+1)

	if !s.withheld {
		_ = s.publish(gone.Name)
	}

	answer(w, map[string]any{"id": gone.ID}, nil)
}
