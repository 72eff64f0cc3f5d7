"""Hold a verifiable election: keys in parts, ballots that prove themselves.

A whole small election in values, without a chain: two of three trustees open the sum
of three ballots, two of three issuers grant the right to cast each. In practice every
step runs on its owner's machine, its message goes on the chain, and the randomness
comes from the operating system.

>>> from election.crypto.blind_credential import RecoverySecret
>>> from election.crypto.discrete_log import build_table
>>> from election.crypto.group import encode_g1
>>> from election.crypto.randomness import SecretSource
>>> from election.crypto.transcript import Address, Hash
>>> from election.protocol import ballot, context, decryption, issuance, tally
>>> from election.protocol.ceremony import confirmation, dealing, enrolment, polynomials
>>> from election.protocol.ceremony.attempt import (
...     ISSUER_GROUP, TRUSTEE_GROUP, Attempt, bind_attempt)

>>> members = 1, 2, 3
>>> names = "Anna Karenina", "Alexei Vronsky"
>>> account = {number: Address(bytes([number]) * 20) for number in range(1, 6)}
>>> source = {number: SecretSource(bytes([number]) * 64, b"") for number in range(1, 9)}
>>> election_id = context.derive_election_id("small")

Members enroll, commit to polynomials, reveal them, and deal shares to each other.

>>> def hold_ceremony(group, slots):
...     attempt = Attempt(group, 1, account[4], election_id, number=1, threshold=2,
...                       slots=slots, members=tuple(account[m] for m in members))
...     bound = bind_attempt(attempt, [enrolment.accept_enrolment(
...         enrolment.enroll(attempt, m, source=source[m]), attempt, member=m)
...         for m in members])
...     commitments = {
...         m: polynomials.commit(bound, m, source=source[m]) for m in members}
...     reveals = []
...     for m in members:
...         reveals.append(polynomials.accept_reveal(
...             polynomials.reveal(bound, m, source=source[m]), bound,
...             member=m, commitment=commitments[m], earlier=reveals))
...     deals = [dealing.accept_deal(
...         dealing.deal(bound, m, source=source[m]), bound,
...         member=m, revealed=revealed) for m, revealed in enumerate(reveals, 1)]
...     shares = {m: confirmation.open_key_share(
...         bound, m, reveals=reveals, deals=deals, source=source[m]) for m in members}
...     return polynomials.derive_keys(bound, reveals), shares
>>> trustees, key_shares = hold_ceremony(TRUSTEE_GROUP, len(names))
>>> issuers, signing_shares = hold_ceremony(ISSUER_GROUP, 1)
>>> box = context.open_box(context.ContestTerms(
...     1, account[5], account[5], account[4], account[4], election_id, 1, 3, 2,
...     trustees.keys, "Only", names, ("", ""), 3, 2, issuers.keys[0],
...     100, 200, 300, 2))

A voter's device asks two issuers for a credential, and encrypts, proves and signs.

>>> def vote(voter, choice):
...     request = issuance.prepare_request(
...         RecoverySecret(bytes([voter]) * 16), ctx=box.ctx, leaf=Hash(bytes(32)))
...     shares = {i: issuance.accept_share(
...         issuance.serve_share(
...             encode_g1(request.blinded), signing_shares[i].secrets[0]),
...         issuer=i, blinded=request.blinded, key=issuers.verification_keys[i - 1][0])
...         for i in (1, 3)}
...     credential = issuance.accept_credential(shares, request, box)
...     prepared = ballot.prepare_choice(choice, box, source=source[voter])
...     return ballot.make_ballot(prepared, box, credential=credential,
...                               memo=ballot.NO_MEMO, source=source[voter])
>>> records = [vote(voter, choice) for voter, choice in ((6, 1), (7, 2), (8, 1))]

Anybody checks and adds the ballots; two trustees open the sum and prove it.

>>> total = tally.aggregate_ballots(ballot.accept_batch(records, box), box)
>>> shares = [decryption.accept_decryption_share(
...     decryption.make_share(total, key_shares[m], source=source[m]), total,
...     trustee=m, verification_keys=trustees.verification_keys[m - 1]) for m in (1, 3)]
>>> decryption.find_result(shares, total, table=build_table())
Result(trustees=(1, 3), counts=(2, 1))
"""
