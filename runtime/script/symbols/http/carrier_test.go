package http

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// TestExchangesEnd has a server that never answers, or never ends its answer.
func TestExchangesEnd(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/begun" {
			w.WriteHeader(http.StatusOK)
			_ = http.NewResponseController(w).Flush()
		}
		<-r.Context().Done()
	}))
	defer server.Close()
	client := &http.Client{Transport: &carrier{most: time.Second}}
	if resp, err := client.Get(server.URL); err == nil {
		t.Errorf("an answer: %s", resp.Status)
	}
	resp, err := client.Get(server.URL + "/begun")
	if err != nil {
		return // on a slow machine it is over before the answer has begun
	}
	defer resp.Body.Close()
	if text, err := io.ReadAll(resp.Body); err == nil {
		t.Errorf("the answer ended: %q", text)
	}
}

// TestStateOfAConnectionIsCopied changes what a script can reach of the state
// of a connection.
func TestStateOfAConnectionIsCopied(t *testing.T) {
	certificate := &x509.Certificate{Version: 3}
	shared := &tls.ConnectionState{
		ServerName:       "example.com",
		PeerCertificates: []*x509.Certificate{certificate},
		VerifiedChains:   [][]*x509.Certificate{{certificate}},
	}
	own := ownState(shared)
	if own.ServerName != "example.com" || own.PeerCertificates[0].Version != 3 || own.VerifiedChains[0][0].Version != 3 {
		t.Errorf("got %+v", own)
	}
	own.ServerName = "other"
	own.PeerCertificates[0].Version = 1
	own.VerifiedChains[0][0].Version = 2
	own.PeerCertificates[0], own.VerifiedChains[0] = nil, nil
	if shared.ServerName != "example.com" || certificate.Version != 3 || shared.PeerCertificates[0] != certificate || shared.VerifiedChains[0] == nil {
		t.Errorf("the host's state has changed: %+v", shared)
	}
	if ownState(nil) != nil {
		t.Error("there is a state where there was none")
	}
}
