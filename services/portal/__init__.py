"""The portal: the personal account, and attester of role 1.

It knows who is logged in and which leaf is theirs. It attests for that leaf alone: a
registration or a withdrawal as it was filed here, an issue to a booth that shows a
ticket of this session. It never sees a code of an issue, a credential or a ballot.
"""
