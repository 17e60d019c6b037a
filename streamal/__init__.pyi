from streamal.sampler import Budget as Budget
from streamal.sampler import Sampler as Sampler
from streamal.sampler import Unusable as Unusable

__version__: str
