"""streamal as a library: decisions and learning in this process, without a broker."""

from streamal.errors import Unusable
from streamal.sampler.budget import Budget, Spending
from streamal.sampler.sampler import Sampler

__all__ = ["Budget", "Sampler", "Spending", "Unusable"]
