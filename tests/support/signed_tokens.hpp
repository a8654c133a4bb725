// SPDX-License-Identifier: Apache-2.0
//
// A key set and tokens that its keys signed, once: valid at 2023-11-14T22:13:20Z, where simulated time begins, for an hour.
#pragma once

namespace edgecse::test {

inline constexpr const char* kKeySet = R"({"keys": [{"kty": "EC", "crv": "P-256", "kid": "e1", "x": "TwZ-IrMgyxVOncfSfH0usp1W51vJ4VU2P3-0vU26qUQ", "y": "l1gMDz6C3WCjiOrXgiB_FW0xp_TCoVhOZTT4hENKhKo"}, {"kty": "RSA", "kid": "r1", "use": "sig", "n": "jtVXdhontxSNi_04ipbT4Avs_lLG9VucHxh_pG9f50KKZIstbrtr_-ZoWCQE91ShM82rwOQL5H-8pqlssWofs52TalRPCVoLegmaVpjqrTS3KK8HVfDi6eAqiC-GEP5u6cKUsSinFj5v_SVH7-71yAqLsSLC7P9DS5p06Z42BlCjHkMri6cvDcPXxc4vHgHcUw6x3A2kHdq2kAUs55QcWWAfi0QRrGVuPiEC88cYF999QdQytHCJf-VGIK5E0gVcISonEw9Sf1YE2VGHfesUkdp97sf4ln0Yc4hp0S1msfme3fIaaxHD520Gh3VVjMuwBS-3hzXRAzLw7YrBSFle-w", "e": "AQAB"}, {"kty": "oct", "k": "AAAA"}]})";

struct SignedToken {
  const char* good;      // ES256, client app1
  const char* rsa;       // RS256, client app2
  const char* expired;
  const char* endless;   // without exp
  const char* early;     // nbf in half an hour
  const char* issuer;    // of another one
  const char* audience;  // for another one
  const char* client;    // whose name makes no AE-ID
  const char* forged;    // with the name of a key that did not sign it
  const char* unsigned_token;
};

inline constexpr SignedToken kTokens{
    "eyJhbGciOiJFUzI1NiIsImtpZCI6ImUxIn0.eyJpc3MiOiJodHRwczovL2lzc3VlciIsImF1ZCI6Im9uZW0ybS1kYXRhIiwiY2xpZW50X2lkIjoiYXBwMSIsImV4cCI6MTcwMDAwMzYwMH0.tO9sYXCr73TXUmwxFK38LzBm_9MDSyFy2xG6bDRln_gMX2eQ5Dx9IeeV_ueITCruS0Fi1GF68TDKu1JYOEV2vQ",
    "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lzc3VlciIsImF1ZCI6Im9uZW0ybS1kYXRhIiwiY2xpZW50X2lkIjoiYXBwMiIsImV4cCI6MTcwMDAwMzYwMH0.FmpfQYECG-LZS_JjCULXIj-QoJfr4mKzZdV_APRMp8AgbXQ0RTFBtRbzqMWqp1F2WS7pwBVZEdA1JMOxUqcnUpaskv2wJEARaIT7lAWkni6_HayT7qlhxkIxwIM816EcSmtlzGXOyAct5E-0MkdKU6qO_0E3cnMcyp_UYhihRN9um3GrhGhrEp31saBb8y86jrxUfkOTpjU8uGY14Yg3QUXb7Vmg_XA3jQqeCK_C5idLvsyP45aqzNq0G4PElh3UryESYRNY63Psrqfch0i7cuyG5AaMaWmbt4ik8VTZ2VsuENEcQmFvmNKUWTbvHICT8yEVL5yark3RF58oIO18Dg",
    "eyJhbGciOiJFUzI1NiIsImtpZCI6ImUxIn0.eyJpc3MiOiJodHRwczovL2lzc3VlciIsImF1ZCI6Im9uZW0ybS1kYXRhIiwiY2xpZW50X2lkIjoiYXBwMSIsImV4cCI6MTY5OTk5NjQwMH0.DelTiSTgQvk8ke_KzKIcpqLXEDc5Ivnt5hSLyvWsSXQTA83jE2aJ7epoQReEyUhsDQwNzzlXPi_KsVLrFHGEeA",
    "eyJhbGciOiJFUzI1NiIsImtpZCI6ImUxIn0.eyJpc3MiOiJodHRwczovL2lzc3VlciIsImF1ZCI6Im9uZW0ybS1kYXRhIiwiY2xpZW50X2lkIjoiYXBwMSJ9.qbxh63C_ZmOqh6h2Dp0n4AVr-cVrUS9DI1ymAwif2CR8zuMbNPm-AdRrnlwvF4qoX0OMdDGg2n90hk14AZbmeQ",
    "eyJhbGciOiJFUzI1NiIsImtpZCI6ImUxIn0.eyJpc3MiOiJodHRwczovL2lzc3VlciIsImF1ZCI6Im9uZW0ybS1kYXRhIiwiY2xpZW50X2lkIjoiYXBwMSIsImV4cCI6MTcwMDAwMzYwMCwibmJmIjoxNzAwMDAxODAwfQ.LiE52KWbedw8U6Xn-Y-JtARjoOEP9fTRYCrznPuoUgI-jKYmJ2zTAyn2ALl_Xw34Erfd_2sJv5bC46lTa-I1CQ",
    "eyJhbGciOiJFUzI1NiIsImtpZCI6ImUxIn0.eyJpc3MiOiJodHRwczovL290aGVyIiwiYXVkIjoib25lbTJtLWRhdGEiLCJjbGllbnRfaWQiOiJhcHAxIiwiZXhwIjoxNzAwMDAzNjAwfQ.UyO2Q9NqT3pWZvzIYbwqIh2uSn-Q6IQ6px-TT20zsNs0SnFVuWLmlwUwZ-_jAWqEOFlBFcYbQRlSegHg2dqHBw",
    "eyJhbGciOiJFUzI1NiIsImtpZCI6ImUxIn0.eyJpc3MiOiJodHRwczovL2lzc3VlciIsImF1ZCI6WyJ4Il0sImNsaWVudF9pZCI6ImFwcDEiLCJleHAiOjE3MDAwMDM2MDB9.3QJyuBZBfZZR7ATsUYj8CmBxUoFgPs1A4teFk00miqtwr5I8M8xd7HuKuDgRlogCuuP1qMLBV425N31BS85BPQ",
    "eyJhbGciOiJFUzI1NiIsImtpZCI6ImUxIn0.eyJpc3MiOiJodHRwczovL2lzc3VlciIsImF1ZCI6Im9uZW0ybS1kYXRhIiwiY2xpZW50X2lkIjoiYS9iIiwiZXhwIjoxNzAwMDAzNjAwfQ.2_PMRQWrSNae-LSH5oEmvFvhi00MGvRlWgD51zzYtn7a1vFAX-8J5dqlZ46Eoo0r8nVogq2ypX5JC-ZVYuBG7Q",
    "eyJhbGciOiJFUzI1NiIsImtpZCI6ImUxIn0.eyJpc3MiOiJodHRwczovL2lzc3VlciIsImF1ZCI6Im9uZW0ybS1kYXRhIiwiY2xpZW50X2lkIjoiYXBwMSIsImV4cCI6MTcwMDAwMzYwMH0.wBMvwsq-0afbBbW6VwUK_I6qg3Bw-pFGWfPK6Bbg1-75dYVMIernprKbzcXwhRIoE2t92kLgKoquCXQheXYpSw",
    "eyJhbGciOiJub25lIn0.eyJpc3MiOiAiaHR0cHM6Ly9pc3N1ZXIiLCAiYXVkIjogIm9uZW0ybS1kYXRhIiwgImNsaWVudF9pZCI6ICJhcHAxIiwgImV4cCI6IDE3MDAwMDM2MDB9."};

}  // namespace edgecse::test
