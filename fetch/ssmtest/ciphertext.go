package ssmtest

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
)

// ciphertext stands in for what KMS made of a version's value: a blob that is
// the same each time it is read and that does not contain the value. It is
// computed from the version's place, not from the value.
func ciphertext(arn string, v version) string {
	var blob string
	for nonce := range 256 { // a value of a letter or two is likely to occur by chance
		first := sha256.Sum256(fmt.Appendf(nil, "%s:%d:%s:%d", arn, v.number, v.keyID, nonce))
		second := sha256.Sum256(first[:])
		blob = base64.StdEncoding.EncodeToString(append(first[:], second[:]...))
		if !strings.Contains(blob, v.text) {
			break
		}
	}
	return blob
}
