package gitremote

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPacketReader_ReadsWhatThereIs(t *testing.T) {
	t.Parallel()

	packets := newPacketReader(strings.NewReader("0006a\n0005b0004000000010002000Bc12\n45\n"))

	for _, want := range []struct {
		kind packetKind
		data string
	}{{packetData, "a"}, {packetData, "b"}, {packetData, ""}, {packetFlush, ""}, {packetDelimiter, ""}, {packetResponseEnd, ""}, {packetData, "c12\n45"}} {
		kind, data, err := packets.next()
		require.NoError(t, err)
		require.Equal(t, want.kind, kind)
		require.Equal(t, want.data, string(data))
	}

	_, _, err := packets.next()
	require.ErrorIs(t, err, io.EOF)
}

func TestPacketReader_WhatIsNoPacket_IsRefused(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]error{
		"0003": errMalformed, "fff1": errMalformed, "zzzz": errMalformed, "+005a": errMalformed, "-001": errMalformed, "0x05a": errMalformed, "0 5a": errMalformed,
		"1_00": errMalformed, "00": io.ErrUnexpectedEOF, "0006a": io.ErrUnexpectedEOF, "0006": io.ErrUnexpectedEOF,
	} {
		_, _, err := newPacketReader(strings.NewReader(text)).next()
		require.ErrorIs(t, err, want, "%q", text)
	}
}

// FuzzPacketReader reads whatever it is given, up to an error, and returns the same bytes.
func FuzzPacketReader(f *testing.F) {
	f.Add([]byte("0006a\n0005b0004000000010002000Bc12\n45\n"))
	f.Add([]byte("0003"))
	f.Add([]byte("fff0" + strings.Repeat("a", 65516)))

	f.Fuzz(func(t *testing.T, data []byte) {
		packets, read := newPacketReader(bytes.NewReader(data)), int64(0)

		for {
			kind, line, err := packets.next()
			if err != nil {
				require.True(t, errors.Is(err, errMalformed) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF), "%v", err)

				return
			}

			length := int64(packetLengthBytes)
			if kind == packetData {
				length, err = strconv.ParseInt(string(data[read:read+packetLengthBytes]), 16, 32)
				require.NoError(t, err)
				require.Equal(t, string(bytes.TrimSuffix(data[read+packetLengthBytes:read+length], []byte("\n"))), string(line))
			}

			read += length
		}
	})
}

// FuzzAdvertisement reads whatever a server may send to each of the two requests. Nothing that is returned is more than was asked for.
func FuzzAdvertisement(f *testing.F) {
	commit := strings.Repeat("a", 40)
	f.Add([]byte(packets(service, "", "version 2", "ls-refs=unborn", "object-format=sha1", "")))
	f.Add([]byte(packets(service, "", commit+" HEAD\x00symref=HEAD:refs/heads/main", commit+" refs/heads/main", commit+" refs/tags/a", commit+" refs/tags/a^{}", "")))
	f.Add([]byte(packets("version 1", commit+" capabilities^{}\x00agent", "")))
	f.Add([]byte(packets(commit+" HEAD symref-target:refs/heads/main", "unborn HEAD symref-target:refs/heads/main", commit+" refs/tags/a peeled:"+commit, "")))

	f.Fuzz(func(t *testing.T, data []byte) {
		advertised, listed := &list{most: 3}, &list{most: 3, prefixes: []string{"refs/"}}
		_, _ = readAdvertisement(newPacketReader(bytes.NewReader(data)), advertised)
		_ = readRefs(newPacketReader(bytes.NewReader(data)), listed)

		for _, ref := range append(advertised.refs, listed.refs...) {
			require.True(t, validName(ref.Name))
			require.True(t, ref.Hash == "" || hash.MatchString(ref.Hash))
			require.True(t, ref.Peeled == "" || hash.MatchString(ref.Peeled))
			require.True(t, ref.Target == "" || validName(ref.Target))
		}

		require.LessOrEqual(t, len(advertised.refs), 3)
		require.LessOrEqual(t, len(listed.refs), 3)
	})
}
