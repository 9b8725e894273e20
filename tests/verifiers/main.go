// Checks a running service's log with golang.org/x/mod/sumdb, which others wrote: the signature of the checkpoint, every
// entry's proof made from the tiles, the growth between two heads, and the proof files. What was tampered with must be
// refused.
//
//	verifiers URL TOKEN
//
// URL is that of /v1/audit; the token is an auditor's.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

var prefix, token = os.Args[1], os.Args[2]

func must(err error, what string) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", what, err)
		os.Exit(1)
	}
}

func refused(err error, what string) {
	if err == nil {
		fmt.Fprintf(os.Stderr, "%s was accepted\n", what)
		os.Exit(1)
	}
}

func get(path string) []byte {
	request, err := http.NewRequest("GET", prefix+"/"+path, nil)
	must(err, path)
	request.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(request)
	must(err, path)
	body, err := io.ReadAll(answer.Body)
	must(err, path)
	if answer.StatusCode != 200 {
		must(fmt.Errorf("%s %s", answer.Status, body), path)
	}
	return body
}

// Reads tiles; sumdb writes the height of a tile into its path, C2SP does not.
type tiles struct{ spoil bool }

func (t tiles) Height() int { return 8 }

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var read [][]byte
	for _, tile := range wanted {
		bytes := get(strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
		if t.spoil {
			bytes[0] ^= 1
		}
		read = append(read, bytes)
	}
	return read, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// A head: three lines, of which the first is the name of the key.
func head(text, name string) tlog.Tree {
	lines := strings.Split(text, "\n")
	if lines[0] != name {
		must(fmt.Errorf("%q", lines[0]), "the origin is not the name of the key")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err, "size")
	root, err := tlog.ParseHash(lines[2])
	must(err, "root")
	return tlog.Tree{N: size, Hash: root}
}

func entries(size int64) [][]byte {
	var all [][]byte
	for bundle := int64(0); bundle*256 < size; bundle++ {
		width := int(size - bundle*256)
		if width > 256 {
			width = 256
		}
		tile := tlog.Tile{H: 8, L: 0, N: bundle, W: width}
		rest := get("tile/entries/" + strings.TrimPrefix(tile.Path(), "tile/8/0/"))
		for len(rest) > 0 {
			length := int(binary.BigEndian.Uint16(rest))
			all = append(all, rest[2:2+length])
			rest = rest[2+length:]
		}
	}
	return all
}

// The index and the hashes of a proof file, and the checkpoint below them.
func proofFile(file []byte) (int64, tlog.RecordProof, []byte) {
	top, checkpoint, ok := bytes.Cut(file, []byte("\n\n"))
	lines := strings.Split(string(top), "\n")
	if !ok || lines[0] != "c2sp.org/tlog-proof@v1" {
		must(fmt.Errorf("%q", lines[0]), "proof file")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	must(err, "index")
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		proof = append(proof, hash(line))
	}
	return index, proof, checkpoint
}

func hash(line string) (hash tlog.Hash) {
	bytes, err := base64.StdEncoding.DecodeString(line)
	must(err, line)
	copy(hash[:], bytes)
	return hash
}

func main() {
	key := strings.Fields(string(get("policy")))[1]
	verifier, err := note.NewVerifier(key)
	must(err, key)
	known := note.VerifierList(verifier)
	// What was loaded a moment ago may not be under the head yet: a proof is answered once it is.
	get("proofs/100")
	signed := get("checkpoint")
	opened, err := note.Open(signed, known)
	must(err, "checkpoint")
	tree := head(opened.Text, verifier.Name())
	_, err = note.Open(bytes.Replace(signed, []byte(fmt.Sprintf("\n%d\n", tree.N)), []byte(fmt.Sprintf("\n%d\n", tree.N+1)), 1), known)
	refused(err, "a checkpoint of another size")

	all := entries(tree.N)
	if int64(len(all)) != tree.N {
		must(fmt.Errorf("%d of %d", len(all), tree.N), "entries")
	}
	reader := tlog.TileHashReader(tree, tiles{})
	for index := int64(0); index < tree.N; index += 1 + tree.N/40 {
		proof, err := tlog.ProveRecord(tree.N, index, reader)
		must(err, "proof from the tiles")
		leaf := tlog.RecordHash(all[index])
		must(tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf), "entry")
		spoiled := append([]byte{}, all[index]...)
		spoiled[len(spoiled)/2] ^= 1
		refused(tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(spoiled)), "a tampered entry")

		file := get(fmt.Sprintf("proofs/%d", index))
		at, given, below := proofFile(file)
		opened, err := note.Open(below, known)
		must(err, "the checkpoint of a proof file")
		of := head(opened.Text, verifier.Name())
		must(tlog.CheckRecord(given, of.N, of.Hash, at, leaf), "proof file")
		if len(given) > 0 {
			given[0][0] ^= 1
			refused(tlog.CheckRecord(given, of.N, of.Hash, at, leaf), "a tampered proof file")
		}
	}
	_, err = tlog.ProveRecord(tree.N, 0, tlog.TileHashReader(tree, tiles{spoil: true}))
	refused(err, "a tampered tile")

	old := tree.N / 2
	oldRoot, err := tlog.TreeHash(old, reader)
	must(err, "the root of the earlier tree")
	var growth tlog.TreeProof
	for _, line := range strings.Fields(string(get(fmt.Sprintf("consistency?old=%d&new=%d", old, tree.N)))) {
		growth = append(growth, hash(line))
	}
	must(tlog.CheckTree(growth, tree.N, tree.Hash, old, oldRoot), "consistency")
	growth[0][0] ^= 1
	refused(tlog.CheckTree(growth, tree.N, tree.Hash, old, oldRoot), "a tampered consistency proof")
	fmt.Printf("golang.org/x/mod/sumdb accepts %d entries of %s and refuses what was tampered with\n", tree.N, verifier.Name())
}
