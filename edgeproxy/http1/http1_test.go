package http1

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

func TestRequest_Plain_IsReadInPlace(t *testing.T) {
	t.Parallel()

	message := "POST /a%20b?q=[1]|2 HTTP/1.1\r\nHost: demo.example.com\r\nX-Empty:\r\nContent-Length:  5 \r\nConnection: Keep-Alive, close\r\n\r\nhello"

	var r Request

	for cut := range len(message) - len("hello") {
		require.Equal(t, Incomplete, r.Parse([]byte(message[:cut])), "%q", message[:cut])
	}

	require.Equal(t, Plain, r.Parse([]byte(message)))
	require.Equal(t, "POST", string(r.Method))
	require.Equal(t, "/a%20b?q=[1]|2", string(r.Target))
	require.Equal(t, "/a%20b", string(r.Path()))
	require.Equal(t, "demo.example.com", string(r.Host))
	require.EqualValues(t, 5, r.ContentLength)
	require.True(t, r.Close)
	require.Equal(t, "hello", message[r.Length:])
	require.Equal(t, "X-Empty", string(r.Fields[1].Name))
	require.Empty(t, r.Fields[1].Value)
}

func TestRequest_AnyOtherForm_IsUnusual(t *testing.T) {
	t.Parallel()

	head := func(lines ...string) string {
		return "GET / HTTP/1.1\r\nHost: demo.example.com\r\n" + strings.Join(append(lines, "", ""), "\r\n")
	}

	for name, message := range map[string]string{
		"HTTP/1.0":             "GET / HTTP/1.0\r\nHost: a\r\n\r\n",
		"HTTP/2 preface":       "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"TLS":                  "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
		"empty line first":     "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"line end is LF":       "GET / HTTP/1.1\nHost: a\n\n",
		"one line ends in LF":  "GET / HTTP/1.1\r\nHost: a\nX: 1\r\n\r\n",
		"lower-case method":    "get / HTTP/1.1\r\nHost: a\r\n\r\n",
		"two spaces":           "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
		"space in the target":  "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
		"fragment":             "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n",
		"absolute form":        "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
		"asterisk":             "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
		"broken escape":        "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n",
		"escape cut short":     "GET /%2 HTTP/1.1\r\nHost: a\r\n\r\n",
		"no host":              "GET / HTTP/1.1\r\nX: a\r\n\r\n",
		"two hosts":            head("Host: other"),
		"two lengths":          head("Content-Length: 1", "Content-Length: 1"),
		"length with sign":     head("Content-Length: +1"),
		"length in a list":     head("Content-Length: 1, 1"),
		"empty length":         head("Content-Length:"),
		"length of 19 digits":  head("Content-Length: 1000000000000000000"),
		"length and encoding":  head("Content-Length: 1", "Transfer-Encoding: chunked"),
		"two encodings":        head("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
		"another encoding":     head("Transfer-Encoding: gzip, chunked"),
		"vertical tab":         head("Transfer-Encoding: \vchunked"),
		"folded line":          head("X: a", " b"),
		"space before a colon": head("X : a"),
		"NUL":                  head("X: a\x00"),
		"carriage return":      head("X: a\rb"),
		"no colon":             head("X"),
		"no name":              head(": a"),
		"upgrade":              head("Connection: Upgrade", "Upgrade: websocket"),
		"expect":               head("Expect: 100-continue"),
		"trailer":              head("Trailer: X"),
		"te":                   head("TE: trailers"),
		"a named hop":          head("Connection: X-Secret"),
		"too many fields":      head(strings.Repeat("X: a\r\n", maxFields) + "X: a"),
	} {
		require.Equal(t, Unusual, new(Request).Parse([]byte(message)), name)
	}
}

func TestResponse_IsReadAsByNetHTTP(t *testing.T) {
	t.Parallel()

	for _, message := range answers {
		compareAnswers(t, []byte(message), false)
		compareAnswers(t, []byte(message), true)
	}
}

var answers = []string{
	"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
	"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
	"HTTP/1.1 404 Not Found\nContent-Length: 2\n\nno",
	"HTTP/1.0 200 OK\r\n\r\nuntil the end",
	"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx",
	"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnot chunks",
	"HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n",
	"HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\nETag: a\r\n\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n5;a=b\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n2 \r\nhi\r\n0\r\n\r\n",
	"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
	"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\nConnection: close, x\r\n\r\nx",
	"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nx",
	"HTTP/1.1 200 OK\r\nX-Folded: a\r\n  b\r\n\tc\r\nContent-Length: 1\r\n\r\nx",
	"HTTP/1.1 200 OK\r\n X: a\r\n\r\n",
	"HTTP/1.1 200 OK\r\nX Y: a\r\nContent-Length: 1\r\n\r\nx",
	"HTTP/1.1 200 OK\r\nX\x01: a\r\n\r\n",
	"HTTP/1.1 200 OK\r\nX: a\x00b\r\n\r\n",
	"HTTP/1.1 200 OK\r\nX\r\n\r\n",
	"HTTP/1.1 20 OK\r\n\r\n",
	"HTTP/1.1 2000 OK\r\n\r\n",
	"HTTP/1.1  200 OK\r\nContent-Length: 0\r\n\r\n",
	"HTTP/2.0 200 OK\r\n\r\n",
	"SSH-2.0-OpenSSH_9.2\r\n\r\n",
	"\r\nHTTP/1.1 200 OK\r\n\r\n",
}

// compareAnswers reads an answer with this package and with net/http, and compares what both make of it.
func compareAnswers(t *testing.T, message []byte, toHead bool) {
	t.Helper()

	method := http.MethodGet
	if toHead {
		method = http.MethodHead
	}

	var mine Response

	whole, err := mine.Parse(bytes.Clone(message), toHead)
	if !whole && err == nil {
		return
	}

	theirs, wrong := http.ReadResponse(bufio.NewReader(bytes.NewReader(message)), &http.Request{Method: method}) //nolint:bodyclose // There is nothing to close.
	if wrong != nil {
		require.ErrorIs(t, err, ErrMalformed, "net/http says %v of %q", wrong, message)

		return
	}

	if err != nil {
		// What is refused although net/http does not: HTTP/2 in the dress of HTTP/1, and control characters of the status line.
		require.False(t, theirs.ProtoMajor == 1 && theirs.ProtoMinor <= 1 && isPrintable(theirs.Status), "net/http reads %q", message)

		return
	}

	require.Equal(t, theirs.StatusCode, mine.Status, "%q", message)
	require.Equal(t, theirs.Close, mine.Close, "%q", message)

	if theirs.StatusCode >= 200 {
		body, err := io.ReadAll(theirs.Body)
		ours, ok := bodyOf(&mine, message)
		require.Equal(t, err == nil, ok, "%v: %q", err, message)

		if ok {
			require.Equal(t, string(body), string(ours), "%q", message)
		}
	}

	for name := range theirs.Header {
		if strings.Contains(name, " ") {
			continue // net/http passes it on to nobody.
		}

		require.Equal(t, collapse(theirs.Header.Values(name)), collapse(valuesOf(&mine, name)), "%s of %q", name, message)
	}
}

func isPrintable(text string) bool { return all([]byte(text), inValue) }

// bodyOf returns the whole body behind a head, and false where it is cut short or malformed.
func bodyOf(r *Response, message []byte) ([]byte, bool) {
	rest := bytes.Clone(message[r.Length:])

	switch r.Framing {
	case NoBody:
		return nil, true
	case Counted:
		return rest[:min(int64(len(rest)), r.ContentLength)], int64(len(rest)) >= r.ContentLength
	case Chunked:
		var chunks Chunks

		data, _, err := chunks.Decode(rest)

		return rest[:data], err == nil && chunks.Over()
	case UntilClose:
	}

	return rest, true
}

func valuesOf(r *Response, name string) (values []string) {
	for _, field := range r.Fields {
		if http.CanonicalHeaderKey(string(field.Name)) == name {
			values = append(values, string(field.Value))
		}
	}

	return values
}

// collapse makes one space of the white space that a folded value has at its joints.
func collapse(values []string) string {
	return strings.Join(strings.Fields(strings.Join(values, "|")), " ")
}

func TestChunks_HoweverTheyArrive_TheSame(t *testing.T) {
	t.Parallel()

	const message = "5\r\nhello\r\n1;ext=\"1\"\r\n,\r\n06 \r\n world\r\n0\r\nX-Sum: 1\r\nX-Two: 2\r\n\r\nGET /"

	for _, size := range []int{1, 2, 3, 7, len(message)} {
		var (
			chunks Chunks
			got    []byte
			buffer = make([]byte, size)
			source = iotest.HalfReader(strings.NewReader(message))
			unused string
		)

		for !chunks.Over() {
			n, err := source.Read(buffer)
			require.NoError(t, err)

			data, used, err := chunks.Decode(buffer[:n])
			require.NoError(t, err)

			got = append(got, buffer[:data]...)
			unused = string(buffer[used:n])
		}

		require.Equal(t, "hello, world", string(got), "%d at once", size)
		require.Equal(t, "X-Sum: 1\r\nX-Two: 2\r\n", string(chunks.Trailers))
		require.Contains(t, "GET /", unused)
	}
}

func TestChunks_Malformed_AreRefused(t *testing.T) {
	t.Parallel()

	for _, message := range []string{
		"zz\r\n", "\r\n", ";a\r\n", " 5\r\nhello\r\n", "5\nhello\n", "5\rhello", "5\r\nhelloworld\r\n", "-5\r\n", "0x5\r\n", "FFFFFFFFFFFFFFFF\r\n",
		"5;\x00\r\n", "0\r\nX\x01: a\r\n\r\n", "0\r\nX: a\n\r\n", "5" + strings.Repeat(" ", maxChunkLine) + "\r\n",
		"0\r\n" + strings.Repeat("X: 1\r\n", maxTrailers) + "\r\n",
	} {
		var chunks Chunks

		_, _, err := chunks.Decode([]byte(message))
		require.ErrorIs(t, err, ErrChunks, "%.40q", message)
	}
}

// FuzzRequest shows that net/http accepts what this package does, and reads the same.
func FuzzRequest(f *testing.F) {
	f.Add([]byte("GET /a?b HTTP/1.1\r\nHost: demo.example.com\r\nAccept: */*\r\n\r\n"))
	f.Add([]byte("POST /%41 HTTP/1.1\r\nHost: a:80\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabcGET"))
	f.Add([]byte("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nHost: [::1]\r\n\r\n1\r\na\r\n0\r\n\r\n"))

	f.Fuzz(func(t *testing.T, message []byte) {
		var mine Request
		if mine.Parse(message) != Plain {
			return
		}

		theirs, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(message)))
		if err != nil {
			t.Fatalf("net/http refuses %q: %v", message, err)
		}

		body, err := io.ReadAll(theirs.Body)
		ours, whole := requestBody(&mine, message)

		switch {
		case theirs.Method != string(mine.Method) || theirs.RequestURI != string(mine.Target) || theirs.Host != string(mine.Host):
			t.Fatalf("%q: %s %s of %s", message, theirs.Method, theirs.RequestURI, theirs.Host)
		case theirs.Close != mine.Close || theirs.ProtoMinor != 1 || len(theirs.Header["Upgrade"]) > 0:
			t.Fatalf("%q: %+v", message, theirs)
		case whole != (err == nil) || (whole && !bytes.Equal(body, ours)):
			t.Fatalf("%q: body %q (%v), and not %q", message, body, err, ours)
		}

		fields := 0

		for name, values := range theirs.Header {
			for _, value := range values {
				if fields++; !strings.Contains(fmt.Sprint(valuesOf(&Response{Fields: mine.Fields}, name)), value) {
					t.Fatalf("%q: %s: %q", message, name, value)
				}
			}
		}
	})
}

func requestBody(r *Request, message []byte) ([]byte, bool) {
	framing := Counted
	if r.ContentLength < 0 {
		framing = Chunked
	}

	return bodyOf(&Response{Framing: framing, ContentLength: r.ContentLength, Length: r.Length}, message)
}

// FuzzResponse shows that net/http's client reads answers as this package does.
func FuzzResponse(f *testing.F) {
	for _, message := range answers {
		f.Add([]byte(message), false)
	}

	f.Fuzz(func(t *testing.T, message []byte, toHead bool) { compareAnswers(t, message, toHead) })
}

func BenchmarkRequest(b *testing.B) {
	message := []byte("GET /products/42?color=blue HTTP/1.1\r\nHost: demo.example.com\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101\r\n" +
		"Accept: text/html,application/xhtml+xml\r\nAccept-Language: en-US,en;q=0.5\r\nAccept-Encoding: gzip, deflate, br\r\nCookie: session=0123456789abcdef\r\n\r\n")

	b.Run("http1", func(b *testing.B) {
		var r Request

		b.ReportAllocs()

		for b.Loop() {
			if r.Parse(message) != Plain {
				b.Fatal("it is plain")
			}
		}
	})

	b.Run("net/http", func(b *testing.B) {
		b.ReportAllocs()

		source := bytes.NewReader(nil)
		buffered := bufio.NewReader(source)

		for b.Loop() {
			source.Reset(message)
			buffered.Reset(source)

			if _, err := http.ReadRequest(buffered); err != nil {
				b.Fatal(err)
			}
		}
	})
}
